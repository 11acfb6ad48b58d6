import { z } from 'zod';
import { skipped } from '../bubbles/message.ts';
import { actionKind, type ActionKind } from './action.ts';

/** Works only in a browser. Where the flow waits for its outcome, it is answered with nothing and goes on without. */
export const browserOnly: ActionKind = actionKind(z.unknown(), {
  about: {
    becomes:
      'nothing. Where the flow waits for its outcome, it is answered with nothing and goes on; a variable it should set stays as it was',
    differs:
      'Typebot’s channel runs “Set variable” and “HTTP request” on the server. Through the API Typebot treats every client as a browser: switch “execute on client” off in the block, or give the value as a variable',
  },
  run: () => skipped('browser_only'),
});

/** Sent only to clients that ask for streaming, which we never do. */
export const streaming: ActionKind = actionKind(z.unknown(), {
  about: { becomes: 'nothing: streaming is never asked for, so AI blocks run at Typebot and answer with text bubbles' },
  run: () => skipped('streaming_not_asked_for'),
});
