import { z } from 'zod';
import { actionKind } from './action.ts';

const payloadSchema = z.looseObject({ wait: z.looseObject({ secondsToWaitFor: z.coerce.number() }) });

export const wait = actionKind(payloadSchema, {
  about: {
    becomes: 'silence before the next message; one that pauses the flow is a due time, after which Typebot is asked on',
    limits: '`wait.maxMs`, 60 seconds by default',
    differs: 'Typebot’s channel waits 10 seconds at most, and forgets the wait when its process ends',
  },
  run: (payload, settings) => ({
    type: 'wait',
    waitMs: Math.round(Math.min(Math.max(payload.wait.secondsToWaitFor * 1_000, 0), settings.wait.maxMs)),
  }),
});
