import type { SessionProgress, SessionRecord } from '@typelane/db';
import { z } from 'zod';

const fields = {
  sessionId: z.uuid(),
  keyRemoteJid: z.string().describe('The chat, in its normal form.'),
  status: z.enum(['open', 'closed', 'paused']),
  typebotIntegrationId: z.uuid().nullable(),
  instanceId: z.string(),
  instanceInstanceId: z.string().describe('The same as `instanceId`.'),
  reason: z
    .string()
    .nullable()
    .describe(
      'Why it is closed or paused, such as `completed`, `expired`, `keyword`, `operator`, `human`, `replaced`, `bot_lost`, `send_failed`.',
    ),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  closedAt: z.iso.datetime().nullable(),
};

export const sessionSchema = z.object(fields).meta({ id: 'Session' });

export const sessionDetailSchema = z
  .object({
    ...fields,
    pending: z
      .object({
        type: z.enum(['input', 'embed', 'webhook', 'webhookArrived', 'nothing']),
        inputType: z.string().nullable().describe("Typebot's name of the input, such as `text input`."),
      })
      .nullable()
      .describe('What the flow waits for. Null: it was not started, is over, or a turn is under way.'),
    isAtWork: z.boolean().describe('A turn is under way: the bot is being asked, or will be when a wait is over.'),
    eventsWaiting: z.number().int().describe('Events of the chat that wait to be handled.'),
    turns: z
      .object({ answered: z.int(), ignored: z.int(), uncertain: z.int(), dead: z.int() })
      .describe('Handled events, by how they ended.'),
    replies: z.object({ decided: z.int(), acknowledged: z.int(), failed: z.int() }),
  })
  .meta({ id: 'SessionDetail' });

export type SessionAnswer = z.infer<typeof sessionSchema>;

export function sessionOf(record: SessionRecord): SessionAnswer {
  const { sessionId, keyRemoteJid, status, typebotIntegrationId, instanceId, reason, createdAt, updatedAt, closedAt } = record;
  return {
    sessionId,
    keyRemoteJid,
    status,
    typebotIntegrationId,
    instanceId,
    instanceInstanceId: instanceId,
    reason,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
    closedAt: closedAt?.toISOString() ?? null,
  };
}

export function sessionDetailOf(record: SessionRecord, { pending, ...progress }: SessionProgress): z.infer<typeof sessionDetailSchema> {
  return {
    ...sessionOf(record),
    ...progress,
    pending: pending && { type: pending.type, inputType: pending.type === 'input' ? pending.input.type : null },
  };
}
