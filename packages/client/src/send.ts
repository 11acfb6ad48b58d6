import type { OutboundMessage, OutboundReply } from '@typelane/core/contracts';

/**
 * Sends one WhatsApp message and gives WhatsApp's id of it (`keyId`), or null when the gateway tells none. Throw
 * `PermanentSendError` when trying again is useless; anything else thrown is tried again. A crash between sending and noting
 * it sends that one message twice: give `message.id` to a gateway that deduplicates.
 */
export type Send = (message: OutboundMessage, context: SendContext) => Promise<string | null>;

export type SendContext = {
  reply: OutboundReply;
  /** Position of the message in `reply.messages`. */
  index: number;
  /** From 1; rises when sending this message failed and is tried again. */
  attempt: number;
  /**
   * Aborts when the attempt takes too long, when another consumer took the reply over, or when `close()` waits no longer.
   * Stop the request then and throw: an attempt that never ends keeps its reply for ever.
   */
  signal: AbortSignal;
};

/** The gateway will never take this message, whoever asks and when: the reply fails at once. What was sent before it stays sent. */
export class PermanentSendError extends Error {
  override name = 'PermanentSendError';
}
