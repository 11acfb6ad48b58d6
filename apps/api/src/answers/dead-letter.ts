import type { DeadLetterRecord } from '@typelane/db';
import { z } from 'zod';

export const letterStatuses = ['open', 'redriven', 'discarded'] as const;

export const deadLetterSchema = z
  .object({
    deadLetterId: z.uuid(),
    instanceId: z.string().nullable().describe('Null: the event did not say.'),
    source: z
      .string()
      .describe(
        '`inbound`: it could not be taken into any chat. `conversation`: it stood in its chat and the bot could not be brought to take it.',
      ),
    keyRemoteJid: z.string().nullable().describe('The chat; null when it died before it stood in one.'),
    keyId: z.string().nullable(),
    reason: z.string().describe('Such as `invalid_event`, `http_403`, `bot_unreachable`.'),
    details: z.array(z.string()).describe('Sentences: what was expected and what came.'),
    sizeBytes: z.int(),
    status: z.enum(letterStatuses),
    createdAt: z.iso.datetime(),
    settledAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'DeadLetter' });

export const deadLetterDetailSchema = z
  .object({ ...deadLetterSchema.shape, payload: z.string().describe('The event, or the job it came in, as text.') })
  .meta({ id: 'DeadLetterDetail' });

export const settledLettersSchema = z
  .object({
    settled: z.array(z.uuid()),
    refused: z
      .array(z.object({ deadLetterId: z.string(), code: z.string(), message: z.array(z.string()) }))
      .describe('Those that are as they were, and why.'),
    cursor: z.string().nullable().describe('There may be more: send it with the same request. Null: this was all.'),
  })
  .meta({ id: 'SettledDeadLetters' });

export function deadLetterOf(letter: DeadLetterRecord): z.infer<typeof deadLetterSchema> {
  const { deadLetterId, instanceId, source, keyRemoteJid, keyId, reason, details, sizeBytes, status, createdAt, settledAt } = letter;
  return {
    deadLetterId,
    instanceId,
    source,
    keyRemoteJid,
    keyId,
    reason,
    details,
    sizeBytes,
    status,
    createdAt: createdAt.toISOString(),
    settledAt: settledAt?.toISOString() ?? null,
  };
}

export function deadLetterDetailOf(letter: DeadLetterRecord & { payload: string }): z.infer<typeof deadLetterDetailSchema> {
  return { ...deadLetterOf(letter), payload: letter.payload };
}
