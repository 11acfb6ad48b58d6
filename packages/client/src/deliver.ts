import { outboundReplySchema, type OutboundReply, sentencesOf } from '@typelane/core/contracts';
import type { Job } from 'bullmq';
import { attempt, type AttemptOptions, type AttemptOutcome } from './attempt.ts';
import { holdClaim, type HeldClaim } from './held-claim.ts';
import { noteProgress, sentByProgress } from './progress.ts';
import type { SendFence } from './send-fence.ts';
import type { Send, SendContext } from './send.ts';
import { pause } from './time.ts';

/**
 * The result of a delivery; `keyIds` has one entry per message sent.
 * - `sent`: all messages are sent, now or by an earlier delivery;
 * - `refused`: the message after those sent can never be sent;
 * - `failed`: the next message could not be sent in all its attempts;
 * - `interrupted`: the consumer closes;
 * - `held`: another consumer is sending this reply;
 * - `declined`: this consumer does not accept the reply.
 */
export type DeliveryOutcome =
  | { type: 'sent'; keyIds: string[] }
  | { type: 'invalid'; reason: string }
  | { type: 'refused' | 'failed'; keyIds: string[]; of: number; cause: unknown }
  | { type: 'interrupted' }
  | { type: 'held' }
  | { type: 'declined' };

export type DeliveryOptions = AttemptOptions & {
  pace: boolean;
  accepts?: (reply: OutboundReply) => boolean | Promise<boolean>;
  onTyping?: (context: SendContext, typingMs: number) => void | Promise<void>;
  attempts: number;
  backoffMs: number;
};

export async function deliver(job: Job<unknown>, fence: SendFence, send: Send, options: DeliveryOptions): Promise<DeliveryOutcome> {
  const parsed = outboundReplySchema.safeParse(job.data);
  if (!parsed.success) return { type: 'invalid', reason: sentencesOf(parsed.error.issues, job.data, 'The reply').join('. ') };
  if (!(await isAccepted(parsed.data, options))) return { type: 'declined' };
  const claim = await holdClaim(fence, parsed.data.replyId, options.onError);
  if (claim === null) return { type: 'held' };
  try {
    return await sendAll(job, parsed.data, claim, send, options);
  } finally {
    // The delivery is finished: a claim that cannot be released expires.
    await claim.release().catch(options.onError);
  }
}

/** If `accepts` fails, the reply is left alone. */
async function isAccepted(reply: OutboundReply, { accepts, onError }: DeliveryOptions): Promise<boolean> {
  try {
    return accepts === undefined || (await accepts(reply));
  } catch (error) {
    onError(error instanceof Error ? error : new Error(String(error)));
    return false;
  }
}

async function sendAll(
  job: Job<unknown>,
  reply: OutboundReply,
  claim: HeldClaim,
  send: Send,
  options: DeliveryOptions,
): Promise<DeliveryOutcome> {
  let keyIds = longer(claim.keyIds, sentByProgress(job.progress));
  while (keyIds.length < reply.messages.length) {
    const outcome = await sendNext(reply, keyIds, claim, send, options);
    switch (outcome.type) {
      case 'sent':
        keyIds = [...keyIds, outcome.keyId];
        await claim.remember(keyIds);
        await noteProgress(job, keyIds, options.onError);
        break;
      case 'alreadySent':
        keyIds = outcome.keyIds;
        break;
      case 'refused':
      case 'failed':
        return { ...outcome, keyIds, of: reply.messages.length };
      case 'interrupted':
      case 'held':
        return outcome;
    }
  }
  return { type: 'sent', keyIds };
}

/** Paces the first unsent message and attempts it until it is sent or all attempts are used up. */
async function sendNext(
  reply: OutboundReply,
  keyIds: string[],
  claim: HeldClaim,
  send: Send,
  options: DeliveryOptions,
): Promise<AttemptOutcome> {
  const index = keyIds.length;
  const stop = AbortSignal.any([options.closing, claim.lost]);
  if (options.pace) await pace({ reply, index, attempt: 1, signal: stop }, options);
  for (let count = 1; ; count++) {
    const outcome = await attempt({ reply, index, attempt: count }, keyIds, claim, send, options);
    if (outcome.type !== 'failed' || count >= options.attempts) return outcome;
    await pause(Math.min(options.backoffMs * 2 ** (count - 1), 30_000), stop);
  }
}

async function pace(context: SendContext, options: DeliveryOptions): Promise<void> {
  const { waitMs = 0, typingMs = 0 } = context.reply.messages[context.index] ?? {};
  await pause(waitMs, context.signal);
  if (typingMs === 0 || context.signal.aborted) return;
  // Not awaited: showing "typing" is decoration and must not delay the message.
  void showTyping(context, typingMs, options).catch(options.onError);
  await pause(typingMs, context.signal);
}

async function showTyping(context: SendContext, typingMs: number, options: DeliveryOptions): Promise<void> {
  await options.onTyping?.(context, typingMs);
}

function longer(one: string[], other: string[]): string[] {
  return one.length >= other.length ? one : other;
}
