import { z } from 'zod';

/** What is told to the outside, on the queue `events` and to webhooks. */
export const sessionEventTypes = [
  'session.opened',
  'session.resumed',
  'session.paused',
  'session.closed',
  'message.dead',
  'turn.uncertain',
] as const;

export type SessionEventType = (typeof sessionEventTypes)[number];

const about = {
  /** Deduplicate by this one: the same announcement may come again, never two under one id. */
  sessionEventId: z.uuid(),
  instanceId: z.string(),
  /** Null: the instance is not registered. */
  businessId: z.string().nullable(),
};

const session = {
  ...about,
  sessionId: z.uuid(),
  /** The chat, in its normal form. */
  keyRemoteJid: z.string(),
  keyParticipant: z.string().nullable(),
  typebotIntegrationId: z.uuid().nullable(),
};

const message = {
  ...about,
  sessionId: z.uuid().nullable(),
  keyRemoteJid: z.string().nullable(),
  keyParticipant: z.string().nullable(),
  /** WhatsApp's id of the message; null when it was an operator's command, or could not be read. */
  keyId: z.string().nullable(),
  reason: z.string(),
};

/** One announcement, as it stands on the queue and in the body of a webhook. It never holds what a contact or a bot said. */
export const sessionEventSchema = z.discriminatedUnion('type', [
  sessionEvent('session.opened', { ...session, reason: z.null() }),
  sessionEvent('session.resumed', { ...session, reason: z.null() }),
  sessionEvent('session.paused', { ...session, reason: z.string().nullable() }),
  sessionEvent('session.closed', { ...session, reason: z.string().nullable() }),
  sessionEvent('message.dead', { ...message, deadLetterId: z.uuid().nullable() }),
  sessionEvent('turn.uncertain', { ...message, turnId: z.string() }),
]);

export type SessionEvent = z.infer<typeof sessionEventSchema>;

function sessionEvent<Type extends SessionEventType, Data extends z.ZodRawShape>(type: Type, data: Data) {
  return z.object({
    schemaVersion: z.literal(1),
    type: z.literal(type),
    /** When it happened, by the database's clock. */
    timestamp: z.iso.datetime(),
    data: z.object(data),
  });
}
