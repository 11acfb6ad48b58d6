import { z } from 'zod';
import { actionKind } from './action.ts';

/** The flow is parked until an outside system calls; what the contact writes meanwhile must not reach the bot. */
export const listenForWebhook = actionKind(z.unknown(), () => ({ type: 'webhook' }));
