import { type BulkContact, bulkOutcomes, type BulkProgress, type BulkStart } from '@typelane/db';
import { z } from 'zod';

const counts = Object.fromEntries(bulkOutcomes.map((outcome) => [outcome, z.int()])) as Record<(typeof bulkOutcomes)[number], z.ZodInt>;

export const bulkStartSchema = z
  .object({
    bulkStartId: z.uuid(),
    status: z.enum(['running', 'paused', 'cancelled', 'done']).describe('`done`: every contact has been ordered.'),
    perMinute: z.int(),
    publicId: z.string().nullable(),
    startMessage: z.string().nullable(),
    force: z.boolean(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'BulkStart' });

export const bulkStartDetailSchema = z
  .object({ ...bulkStartSchema.shape, contacts: z.object({ total: z.int(), ...counts }).describe('How many contacts are in each state.') })
  .meta({ id: 'BulkStartDetail' });

export const bulkContactSchema = z
  .object({
    place: z.int().describe('Place in the list, from 1.'),
    keyRemoteJid: z.string(),
    outcome: z
      .enum(bulkOutcomes)
      .describe(
        '`waiting` for its turn in the list, `ordered` and waiting in its chat, `started`, `refused`, `failed` (the bot gave no answer), `uncertain`.',
      ),
    reason: z.string().nullable().describe('Why it was refused or failed, such as `conflict_paused`.'),
    sessionId: z.uuid().nullable(),
  })
  .meta({ id: 'BulkStartContact' });

export function bulkStartOf(list: BulkStart): z.infer<typeof bulkStartSchema> {
  const { bulkStartId, status, perMinute, publicId, startMessage, force, createdAt, updatedAt } = list;
  return {
    bulkStartId,
    status,
    perMinute,
    publicId,
    startMessage,
    force,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

export function bulkStartDetailOf(list: BulkStart, progress: BulkProgress): z.infer<typeof bulkStartDetailSchema> {
  const total = Object.values(progress).reduce((sum, contacts) => sum + contacts, 0);
  return { ...bulkStartOf(list), contacts: { total, ...progress } };
}

export function bulkContactOf({ place, keyRemoteJid, outcome, reason, sessionId }: BulkContact): z.infer<typeof bulkContactSchema> {
  return { place, keyRemoteJid, outcome, reason, sessionId };
}
