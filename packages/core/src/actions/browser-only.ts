import { z } from 'zod';
import { skipped } from '../bubbles/message.ts';
import { actionKind, type ActionKind } from './action.ts';

/** Works only in a browser. Where the flow waits for its outcome, it is answered with nothing and goes on without. */
export const browserOnly: ActionKind = actionKind(z.unknown(), () => skipped('browser_only'));

/** Sent only to clients that ask for streaming, which we never do. */
export const streaming: ActionKind = actionKind(z.unknown(), () => skipped('streaming_not_asked_for'));
