import type { BotInquiry, InquiryOutcome } from '@typelane/core';
import type { Evidence } from '@typelane/runtime';
import { z } from 'zod';
import { readJson } from './json.ts';
import { botRequestOf, type BotRequest, resultRequestOf } from './request.ts';

/** The JSON of a successful request. */
export type Found = { type: 'found'; value: unknown };

type NotInspected = Extract<InquiryOutcome, { type: 'notInspected' }>;

/**
 * Reads the result, and, if it has no answer to the question, the bot: a missing answer only counts for a question of the bot itself. A body that
 * does not fully match its schema counts as not read, because an answer that is overlooked would make a message be sent twice.
 */
export async function inspect(
  inquiry: BotInquiry,
  read: (request: BotRequest | null) => Promise<Found | NotInspected>,
): Promise<InquiryOutcome> {
  const found = await read(resultRequestOf(inquiry));
  if (found.type === 'notInspected') return found;
  const stored = resultSchema.safeParse(found.value).data?.result;
  if (!stored) return notInspected('wrong_schema', false);
  const result = { ...stored, lastChatSessionId: stored.lastChatSessionId ?? null };
  if (result.isCompleted || result.answers.some(({ blockId }) => blockId === inquiry.blockId))
    return { type: 'inspected', result: { ...result, hasBlock: false } };
  const bot = await read(botRequestOf(inquiry));
  return bot.type === 'notInspected' ? bot : { type: 'inspected', result: { ...result, hasBlock: hasBlock(bot.value, inquiry.blockId) } };
}

/** Causes are stable codes without any text of the response, which may repeat the token. */
export function foundIn({ status, text, failure }: Evidence): Found | NotInspected {
  if (failure?.code === 'EGRESS_REFUSED') return notInspected(`egress_refused: ${failure.message}`, false);
  if (status === null || text === null) return notInspected(`failed: ${failure?.code ?? 'NO_ANSWER'}`, true);
  if (status !== 200) return notInspected(`http_${status}`, status === 408 || status === 429 || status >= 500);
  const value = readJson(text);
  return value === undefined ? notInspected('not_json', false) : { type: 'found', value };
}

/** `mayPass`: a later attempt may succeed. */
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
