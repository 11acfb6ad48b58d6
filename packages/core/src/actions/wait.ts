import { z } from 'zod';
import { actionKind } from './action.ts';

const payloadSchema = z.looseObject({ wait: z.looseObject({ secondsToWaitFor: z.coerce.number() }) });

export const wait = actionKind(payloadSchema, (payload, settings) => ({
  type: 'wait',
  waitMs: Math.round(Math.min(Math.max(payload.wait.secondsToWaitFor * 1_000, 0), settings.wait.maxMs)),
}));
