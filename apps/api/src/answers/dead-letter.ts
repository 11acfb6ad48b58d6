import type { DeadLetterRecord } from '@typelane/db';
import { z } from 'zod';

export const deadLetterStatuses = ['open', 'redriven', 'discarded'] as const;

export const deadLetterSchema = z
  .object({
    deadLetterId: z.uuid(),
    instanceId: z.string().nullable().describe('Null: the event did not say.'),
    source: z
      .string()
      .describe(
        '`inbound`: it was rejected at ingest. `conversation`: it was in the queue of its chat and could not be delivered to the bot.',
      ),
    keyRemoteJid: z.string().nullable().describe('The chat. Null: it was rejected before it was assigned to one.'),
    keyId: z.string().nullable(),
    reason: z.string().describe('Such as `invalid_event`, `http_403`, `bot_unreachable`.'),
    details: z.array(z.string()).describe('Sentences that name the field, what is allowed and what came.'),
    sizeBytes: z.int(),
    status: z.enum(deadLetterStatuses),
    createdAt: z.iso.datetime(),
    settledAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'DeadLetter' });

export const deadLetterDetailSchema = z
  .object({ ...deadLetterSchema.shape, payload: z.string().describe('The event, or the job it came in, as text.') })
  .meta({ id: 'DeadLetterDetail' });

export const settledDeadLettersSchema = z
  .object({
    settled: z.array(z.uuid()),
    refused: z
      .array(z.object({ deadLetterId: z.string(), code: z.string(), message: z.array(z.string()) }))
      .describe('Those that were not changed, and why.'),
    cursor: z.string().nullable().describe('Send it with the same request to settle the next ones. Null: there are no more.'),
  })
  .meta({ id: 'SettledDeadLetters' });

export function deadLetterOf(deadLetter: DeadLetterRecord): z.infer<typeof deadLetterSchema> {
  const { deadLetterId, instanceId, source, keyRemoteJid, keyId, reason, details, sizeBytes, status, createdAt, settledAt } = deadLetter;
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

export function deadLetterDetailOf(deadLetter: DeadLetterRecord & { payload: string }): z.infer<typeof deadLetterDetailSchema> {
  return { ...deadLetterOf(deadLetter), payload: deadLetter.payload };
}
