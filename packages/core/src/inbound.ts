import { z } from 'zod';

/**
 * What producers publish on the `inbound` queue: CodeChat v2's webhook body for `messages.upsert`, verbatim.
 * Unknown fields pass through and are stored. Limits: job 512 KiB, text 64 KiB, depth 32 (checked during ingest, not here).
 */
export const inboundEventSchema = z.looseObject({
  schemaVersion: z.literal(1).optional(),
  /** `messages.upsert` carries a message. Other events are stored and ignored with a reason. */
  event: z.string().min(1).max(100),
  instance: z.looseObject({
    /** The WhatsApp instance the event belongs to. Opaque; unique over all tenants. */
    instanceId: z.string().min(1).max(200),
    name: z.string().max(200).nullish(),
    /** Fills `businessId` when the instance is not registered with one. */
    Business: z.looseObject({ businessId: z.string().min(1).max(200), name: z.string().nullish() }).nullish(),
  }),
  data: z.looseObject({
    /** WhatsApp's id of the message, unique per chat and direction. Redeliveries carry the same one. Receipts and events without words may name a message that arrives later. */
    keyId: z.string().min(1).max(200),
    /** The chat: `5531999999999@s.whatsapp.net`, `123@lid`, `…@g.us`. */
    keyRemoteJid: z.string().min(1).max(200),
    /** Absent means false, unless `source` is `api`. */
    keyFromMe: z.boolean().nullish(),
    keyParticipant: z.string().max(200).nullish(),
    /** The producer's id of the message. It becomes the variable `messageId`. */
    messageId: z.union([z.string().max(200), z.number()]).nullish(),
    /** More than 1,000 characters are cut off. */
    pushName: z.string().nullish(),
    /** `text`, `image`, `audio`, `video`, `document`, `sticker`, `location`, `contact`, `buttonsResponse`, … */
    contentType: z.string().min(1).max(100),
    content: z.record(z.string(), z.unknown()),
    source: z.string().max(50).nullish(),
    /** Seconds since 1970, as a number, as text, or as protobuf's `Long`. */
    messageTimestamp: z
      .union([
        z.number().nonnegative(),
        z.string().regex(/^\d{0,16}$/, 'the seconds since 1970, as a number or its digits'),
        z.looseObject({ low: z.number().int(), high: z.number().int().nonnegative().optional() }),
      ])
      .nullish(),
  }),
  traceparent: z.string().max(100).nullish(),
});

export type InboundEvent = z.infer<typeof inboundEventSchema>;

/** One job carries one event or an array of up to this many. */
export const eventsPerJobMax = 500;

/** What a contact or the human on the phone sent, in one vocabulary for every gateway. */
export type InboundMessage = {
  keyId: string;
  fromMe: boolean;
  /** The producer says that this message was sent through its API, so it is an echo and not a human's. */
  sentByApi: boolean;
  /** The address to reply to, unchanged. */
  address: string;
  participant: string | null;
  pushName: string;
  contentType: string;
  /** Seconds since 1970. Null: the producer gave none. */
  timestamp: number | null;
  content: InboundContent;
};

export type InboundContent =
  | { kind: 'text'; text: string }
  /** A tapped button or list row. `id`: the one that was sent with it. */
  | { kind: 'reply'; id: string; title: string }
  /** A vote in a poll. It answers choices only, and starts nothing, because polls may be voted in again much later. */
  | { kind: 'vote'; titles: string[] }
  | {
      kind: 'media';
      media: 'image' | 'video' | 'document' | 'sticker' | 'audio';
      url: string | null;
      caption: string;
      fileName: string | null;
      mimeType: string | null;
    }
  /** Files that arrived together. Null: a file without an address that a bot can open. */
  | { kind: 'files'; urls: (string | null)[] }
  | { kind: 'location'; latitude: number; longitude: number; name: string | null; address: string | null }
  | { kind: 'contact'; cards: { name: string; phones: string[] }[] }
  /**
   * Never an answer. It is the reason why the event is ignored. `protocol`: unreadable votes, calls and WhatsApp's own notices; `undecrypted`: the words
   * may follow; `album`: the header of files that follow; `poll`: one that was made; `empty`: nothing that can be seen.
   */
  | { kind: 'signal'; signal: 'reaction' | 'edit' | 'delete' | 'protocol' | 'undecrypted' | 'album' | 'poll' | 'status_mention' | 'empty' }
  | { kind: 'unknown' };
