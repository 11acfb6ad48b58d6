import type { BotResult, InquiryOutcome } from '@typelane/core';
import { z } from 'zod';
import { readJson } from './json.ts';
import type { Evidence } from './outcome.ts';

/**
 * What the results API answered. Causes are stable codes without a word of the answer, which may repeat the token. A body that is not
 * wholly as it should be tells nothing: an answer that was overlooked would make a message be said twice.
 */
export function inspected({ status, text, failure }: Evidence): InquiryOutcome {
  if (text === null || status === null) return notInspected((failure?.code ?? 'no_answer').toLowerCase(), failure?.code !== 'EGRESS_REFUSED');
  if (status !== 200) return notInspected(`http_${status}`, status === 408 || status === 429 || status >= 500);
  const result = resultOf(readJson(text));
  return result === null ? notInspected('wrong_schema', false) : { type: 'inspected', result };
}

export function notInspected(cause: string, mayPass: boolean): InquiryOutcome {
  return { type: 'notInspected', cause, mayPass };
}

const answeredSchema = z.object({
  result: z.object({
    answers: z.array(z.object({ blockId: z.string() })),
    isCompleted: z.boolean(),
    lastChatSessionId: z.string().nullish(),
  }),
});

function resultOf(value: unknown): BotResult | null {
  const read = answeredSchema.safeParse(value).data;
  return read ? { ...read.result, lastChatSessionId: read.result.lastChatSessionId ?? null } : null;
}
