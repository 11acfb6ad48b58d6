import type { BotInquiry, InquiryOutcome } from '@typelane/core';
import { z } from 'zod';
import { readJson } from './json.ts';
import type { Evidence } from '@typelane/runtime';
import { botRequestOf, type BotRequest, resultRequestOf } from './request.ts';

/** What one request found, as JSON. */
export type Found = { type: 'found'; value: unknown };

type NotInspected = Extract<InquiryOutcome, { type: 'notInspected' }>;

/**
 * Reads the result, and the bot where the question has no answer there: only of a question of its own does that say anything. A body that
 * is not wholly as it should be tells nothing: an answer that was overlooked would make a message be said twice.
 */
export async function inspect(
  inquiry: BotInquiry,
  read: (request: BotRequest | null) => Promise<Found | NotInspected>,
): Promise<InquiryOutcome> {
  const found = await read(resultRequestOf(inquiry));
  if (found.type === 'notInspected') return found;
  const kept = resultSchema.safeParse(found.value).data?.result;
  if (!kept) return notInspected('wrong_schema', false);
  const result = { ...kept, lastChatSessionId: kept.lastChatSessionId ?? null };
  if (result.isCompleted || result.answers.some(({ blockId }) => blockId === inquiry.blockId))
    return { type: 'inspected', result: { ...result, hasBlock: false } };
  const bot = await read(botRequestOf(inquiry));
  return bot.type === 'notInspected' ? bot : { type: 'inspected', result: { ...result, hasBlock: hasBlock(bot.value, inquiry.blockId) } };
}

/** Causes are stable codes without a word of the answer, which may repeat the token. */
export function foundIn({ status, text, failure }: Evidence): Found | NotInspected {
  if (failure?.code === 'EGRESS_REFUSED') return notInspected(`egress_refused: ${failure.message}`, false);
  if (status === null || text === null) return notInspected(`failed: ${failure?.code ?? 'NO_ANSWER'}`, true);
  if (status !== 200) return notInspected(`http_${status}`, status === 408 || status === 429 || status >= 500);
  const value = readJson(text);
  return value === undefined ? notInspected('not_json', false) : { type: 'found', value };
}

/** `mayPass`: asking again later may help. */
export function notInspected(cause: string, mayPass: boolean): NotInspected {
  return { type: 'notInspected', cause, mayPass };
}

const resultSchema = z.object({
  result: z.object({
    answers: z.array(z.object({ blockId: z.string() })),
    isCompleted: z.boolean(),
    lastChatSessionId: z.string().nullish(),
  }),
});

const botSchema = z.object({
  typebot: z.object({ groups: z.array(z.object({ blocks: z.array(z.object({ id: z.string() })) })) }),
});

function hasBlock(value: unknown, blockId: string): boolean {
  const groups = botSchema.safeParse(value).data?.typebot.groups ?? [];
  return groups.some(({ blocks }) => blocks.some(({ id }) => id === blockId));
}
