import type { OutboundMessage, OutboundReply } from '@typelane/core/contracts';

/**
 * Sends one WhatsApp message and returns WhatsApp's id of it (`keyId`), or null when the gateway returns none. Throw
 * `PermanentSendError` when a retry is useless; after any other error the send is retried. A crash between sending and storing
 * the progress sends that one message twice: give `message.id` to a gateway that deduplicates.
 */
export type Send = (message: OutboundMessage, context: SendContext) => Promise<string | null>;

export type SendContext = {
  reply: OutboundReply;
  /** Position of the message in `reply.messages`. */
  index: number;
  /** From 1; rises with each retry of this message. */
  attempt: number;
  /**
   * Aborts when the attempt takes too long, when another consumer took the reply over, or when `close()` waits no longer.
   * Stop the request then and throw: an attempt that never ends keeps its reply for ever.
   */
  signal: AbortSignal;
};

/** The gateway will never accept this message: the reply fails at once. Messages sent before it stay sent. */
export class PermanentSendError extends Error {
  override name = 'PermanentSendError';
}
