import { replyReceiptSchema } from '@typelane/core';
import { isUuid, type Receipt } from '@typelane/db';

/** Characters of a failure that are kept: a gateway's error can be megabytes. */
const failureMax = 1_000;

/** Fields of a job on the outbound queue, as Redis holds them: text that any consumer may have written. */
export type FinishedJob = Record<(typeof finishedFields)[number], string | null>;

export const finishedFields = ['finishedOn', 'failedReason', 'returnvalue', 'progress'] as const;

/** What the consumer made of a reply; null: it is not done with it. */
export function receiptOf(replyId: string, { finishedOn, failedReason, returnvalue, progress }: FinishedJob): Receipt | null {
  if (finishedOn === null) return null;
  // A consumer that gives up leaves what it had sent in the progress: those ids come back as echoes too.
  return failedReason === null ? completedReceipt(replyId, returnvalue) : failedReceipt(replyId, failedReason, progress);
}

export function completedReceipt(replyId: string, returned: string | null): Receipt {
  return { replyId, keyIds: keyIdsOf(returned), failure: null };
}

export function failedReceipt(replyId: string, reason: string, progress: string | null): Receipt {
  return { replyId, keyIds: keyIdsOf(progress), failure: reason.slice(0, failureMax) };
}

/**
 * What a consumer returned; one that returns something else acknowledges all the same, without ids. Each id is judged alone: one that no
 * event could bear (core's bounds) can never come back as an echo and is left out.
 */
export function keyIdsOf(returned: string | null): string[] {
  const told = fromJson(fromJson(returned));
  const keyIds: unknown = typeof told === 'object' && told !== null && 'keyIds' in told ? told.keyIds : [];
  if (!Array.isArray(keyIds)) return [];
  return keyIds.slice(0, keyIdsMax).flatMap((keyId) => keyIdSchema.safeParse(keyId).data ?? []);
}

const keyIdSchema = replyReceiptSchema.shape.keyIds.element;

/** The most messages a receipt can be about. */
const keyIdsMax = 1_000;

export function jobIdOf(replyId: string): string {
  return `reply-${replyId}`;
}

/** Null: not one of our jobs. */
export function replyIdOf(jobId: string): string | null {
  const replyId = jobId.startsWith('reply-') ? jobId.slice('reply-'.length) : '';
  return isUuid(replyId) ? replyId : null;
}

/** Some consumers write JSON into a text of JSON. */
function fromJson(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
