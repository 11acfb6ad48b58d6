import type { InboundEvent, OutboundMessage } from '@typelane/client';
import type { z } from 'zod';
import type { Call } from '../call.ts';

/** A WhatsApp gateway as this process sees it: how to read its webhooks, how to send through it, how to ask how it is. */
export type Kind<Settings extends object = object> = {
  /** As it stands in `kind` of a channel and in webhook addresses. */
  name: string;
  /** All settings, the secret ones among them. */
  settings: z.ZodType<Settings>;
  /** Settings that are sealed and never shown. */
  secrets: readonly (keyof Settings & string)[];
  /** Bytes of one webhook. */
  bodySizeBytesMax: number;
  capabilities: Capabilities;
  /** Answers a GET by which the gateway makes sure of the webhook; null: not the one that was agreed. */
  handshake?(query: URLSearchParams, settings: Settings): string | null;
  /** Whether a webhook comes from the gateway. The token in its path was right already. */
  verify(webhook: Webhook, settings: Settings): boolean;
  /** What a webhook tells. Never throws: what it does not know, it names in `ignored`. */
  parse(body: unknown, channel: ChannelOf<Settings>): Told;
  send(message: OutboundMessage, to: Sending, channel: ChannelOf<Settings>, call: Call): Promise<SendOutcome>;
  /** Looks for a message that may have been sent. Without it, only a status with its correlation can tell. */
  find?(message: OutboundMessage, to: Sending, sinceMs: number, channel: ChannelOf<Settings>, call: Call): Promise<Finding>;
  /** Marks the message that is answered as read and shows typing for `typingMs`. What it throws delays nothing. */
  attend?(to: Attending, channel: ChannelOf<Settings>, call: Call): Promise<void>;
  /** The file of an inbound message by the reference that `parse` gave to `channel.mediaURL`. */
  media?(reference: Record<string, string>, channel: ChannelOf<Settings>, call: Call): Promise<MediaFile>;
  /** What is right and wrong with the gateway, in sentences. `webhookURL`: where it should post, without the token. */
  status(settings: Settings, call: Call, webhookURL: string): Promise<Check[]>;
  /** Makes the gateway post to `webhookURL`. Null: somebody has to do it by hand. */
  register: ((settings: Settings, call: Call, webhookURL: string) => Promise<Registered>) | null;
};

/** What a gateway can do, from its source or its documentation at a date. Code and tests go by it. */
export type Capabilities = {
  asOf: string;
  source: string;
  buttons: boolean;
  lists: boolean;
  /** `all`: sending again under our id is harmless. `texts`: for texts alone. */
  clientMessageId: 'all' | 'texts' | 'none';
  /** Whether our id of a message comes back with its statuses. */
  correlation: boolean;
  /** What the gateway does with an answer that is not 2xx. */
  retries: string;
  /** Milliseconds the gateway waits for an answer to a webhook; null: unknown. */
  webhookTimeoutMs: number | null;
  /** Messages a second for a number, and in a chat: a burst, then one in each `pairEveryMs`. Null: no limit of the gateway. */
  pace: { perSecond: number; pairBurst: number; pairEveryMs: number } | null;
};

export type Webhook = { headers: Readonly<Record<string, string | undefined>>; raw: Buffer; nowMs: number };

export type ChannelOf<Settings> = {
  instanceId: string;
  settings: Settings;
  /** An address of ours where the worker fetches a file later, through `media`. Nothing is fetched before the webhook is answered. */
  mediaURL(reference: Record<string, string>): string;
};

export type Told = {
  /** In order. */
  events: InboundEvent[];
  statuses: StatusTold[];
  /** The gateway's word for its connection, when it told. */
  connection: string | null;
  /** What was none of ours, by a stable name each; counted. */
  ignored: string[];
};

export type StatusTold = {
  keyId: string;
  status: 'sent' | 'delivered' | 'read' | 'failed';
  reason: string | null;
  /** Our id of the message, where the gateway gives it back. */
  messageId: string | null;
};

export type Sending = {
  replyId: string;
  /** The address the contact wrote from. */
  to: string;
  inReplyTo: string | null;
  index: number;
  signal: AbortSignal;
};

export type Attending = { to: string; inReplyTo: string | null; typingMs: number; signal: AbortSignal };

/**
 * How one send ended. `refused`: never to be tried again. `later`: surely not sent. `uncertain`: perhaps sent. `misconfigured`: surely not
 * sent, and not before an operator changes something. Reasons are the gateway's code and words.
 */
export type SendOutcome =
  | { type: 'sent'; keyId: string | null }
  | { type: 'refused'; reason: string }
  | { type: 'later'; reason: string; afterMs: number | null }
  | { type: 'misconfigured'; reason: string }
  | { type: 'uncertain'; reason: string };

/** `looked`: messages that may be it, the likeliest first; none: it is not there. `unknown`: the gateway could not be asked. */
export type Finding = { type: 'looked'; keyIds: string[] } | { type: 'unknown' };

export type MediaFile = { type: 'file'; bytes: Buffer; mimeType: string | null } | { type: 'failed'; reason: string };

/** One thing looked at. The sentence says what is wrong and what to do, or what was found. */
export type Check = { check: string; ok: boolean; sentence: string };

export type Registered = { ok: boolean; sentence: string };

/** Lets a list hold kinds of different settings; whoever has one parses settings with its own schema first. */
export function kind<Settings extends object>(definition: Kind<Settings>): Kind {
  return definition as unknown as Kind;
}
