import { z } from 'zod';
import { actionKind } from './action.ts';

export const listenForWebhook = actionKind(z.unknown(), {
  about: {
    becomes:
      'the flow is parked until an outside system calls the session’s webhook endpoint; what the contact writes meanwhile does not reach the bot and is answered with `hints.waiting`',
    differs: 'Typebot’s channel drops what is written meanwhile without a trace',
  },
  run: () => ({ type: 'webhook' }),
});
