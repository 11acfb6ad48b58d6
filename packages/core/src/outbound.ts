import { z } from 'zod';

const pace = {
  id: z.uuid(),
  /** Milliseconds to show "typing…" before this message. */
  typingMs: z.number().int().nonnegative(),
  /** Milliseconds to stay silent before this message (and before its typing). */
  waitMs: z.number().int().nonnegative(),
};

const fallbackText = z.string().min(1).describe('What to send where buttons, lists or polls cannot be shown.');

/** One WhatsApp message to send. A consumer without buttons sends the `fallbackText` of an interactive one. */
export const outboundMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), ...pace, text: z.string().min(1), linkPreview: z.boolean() }),
  z.object({ type: z.literal('image'), ...pace, url: z.string(), caption: z.string().nullable() }),
  z.object({ type: z.literal('video'), ...pace, url: z.string(), caption: z.string().nullable() }),
  z.object({ type: z.literal('audio'), ...pace, url: z.string(), voice: z.boolean() }),
  z.object({
    type: z.literal('document'),
    ...pace,
    url: z.string(),
    fileName: z.string(),
    mimeType: z.string().nullable(),
    caption: z.string().nullable(),
  }),
  z.object({
    type: z.literal('buttons'),
    ...pace,
    body: z.string().min(1),
    header: z.object({ image: z.string() }).nullable(),
    footer: z.string().nullable(),
    buttons: z.array(z.object({ id: z.string(), title: z.string() })).min(1),
    fallbackText,
  }),
  z.object({
    type: z.literal('list'),
    ...pace,
    body: z.string().min(1),
    footer: z.string().nullable(),
    button: z.string(),
    sections: z.array(
      z.object({
        title: z.string(),
        rows: z.array(z.object({ id: z.string(), title: z.string(), description: z.string().nullable() })),
      }),
    ),
    fallbackText,
  }),
  /** Only where the setting `choices` is `poll`. A vote comes back as an event with the titles that were chosen. */
  z.object({
    type: z.literal('poll'),
    ...pace,
    body: z.string().min(1),
    options: z.array(z.string().min(1)).min(2),
    /** How many of the options may be chosen; 0: any number. */
    selectableCount: z.number().int().nonnegative(),
    fallbackText,
  }),
]);

/** A job on the `outbound` queue: all messages of one turn, in order. */
export const outboundReplySchema = z.object({
  schemaVersion: z.literal(1),
  /** Use it to deduplicate: a reply may be delivered again, but two replies never share an id. */
  replyId: z.uuid(),
  instanceId: z.string(),
  businessId: z.string(),
  sessionId: z.uuid().nullable(),
  /** Counts the replies of a chat from 1, without gaps. */
  seq: z.number().int().positive(),
  /** The address the contact wrote from, unchanged. */
  to: z.string(),
  inReplyTo: z.string().nullable(),
  traceparent: z.string().nullable(),
  messages: z.array(outboundMessageSchema).min(1),
});

export type OutboundReply = z.infer<typeof outboundReplySchema>;
export type OutboundMessage = z.infer<typeof outboundMessageSchema>;

type WithoutId<M> = M extends unknown ? Omit<M, 'id'> : never;
/** A message as core decides it. The shell adds the id. */
export type OutboundDraft = WithoutId<OutboundMessage>;

/**
 * The receipt that a consumer returns when all messages of a reply were sent: WhatsApp's ids, in the order of `messages`. Ids longer than the
 * limit of an inbound event's `keyId` are not stored.
 */
export const replyReceiptSchema = z.looseObject({ keyIds: z.array(z.string().max(200)).max(1_000) });
