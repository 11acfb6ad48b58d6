import { getSystemErrorMap } from 'node:util';
import { replyReceiptSchema } from '@typelane/core';
import { isUuid, type Receipt } from '@typelane/db';

/** Characters of a failure that are stored: a gateway's error can be megabytes long. */
const failureMax = 1_000;

/** Fields of a job on the outbound queue as Redis holds them. Any consumer may have written them. */
export type FinishedJob = Record<(typeof finishedFields)[number], string | null>;

export const finishedFields = ['finishedOn', 'failedReason', 'returnvalue', 'progress'] as const;

/** Null: the consumer has not finished the reply. */
export function receiptOf(replyId: string, { finishedOn, failedReason, returnvalue, progress }: FinishedJob): Receipt | null {
  if (finishedOn === null) return null;
  // A consumer that gives up leaves the ids of the messages it sent in `progress`. They arrive as echoes too.
  return failedReason === null ? completedReceipt(replyId, returnvalue) : failedReceipt(replyId, failedReason, progress);
}

export function completedReceipt(replyId: string, returned: string | null): Receipt {
  return { replyId, keyIds: keyIdsOf(returned), failure: null };
}

export function failedReceipt(replyId: string, reason: string, progress: string | null): Receipt {
  return { replyId, keyIds: keyIdsOf(progress), failure: reason.slice(0, failureMax) };
}

/**
 * WhatsApp's ids in what a consumer returned. Any other value acknowledges the reply without ids. An id outside core's bounds is left out:
 * no event can carry it, so it cannot arrive as an echo.
 */
export function keyIdsOf(returned: string | null): string[] {
  const receipt = fromJson(fromJson(returned));
  const keyIds: unknown = typeof receipt === 'object' && receipt !== null && 'keyIds' in receipt ? receipt.keyIds : [];
  if (!Array.isArray(keyIds)) return [];
  return keyIds.slice(0, keyIdsMax).flatMap((keyId) => keyIdSchema.safeParse(keyId).data ?? []);
}

const keyIdSchema = replyReceiptSchema.shape.keyIds.element;

/** Messages of one receipt, at most. */
const keyIdsMax = 1_000;

export function jobIdOf(replyId: string): string {
  return `reply-${replyId}`;
}

/** Null: not one of our jobs. */
export function replyIdOf(jobId: string): string | null {
  const replyId = jobId.startsWith('reply-') ? jobId.slice('reply-'.length) : '';
  return isUuid(replyId) ? replyId : null;
}

/** Some consumers encode JSON twice. */
function fromJson(text: unknown): unknown {
  if (typeof text !== 'string') return text;
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * Why a reply failed, for the log: `refused, status 404`. It holds none of the gateway's own text, which may contain phone numbers and
 * the reply itself. The session's transcript shows that text, shortened.
 */
export function failureClassOf(reason: string): string {
  const text = reason.slice(0, scannedMax);
  const kind = kinds.find(({ pattern }) => pattern.test(text))?.kind ?? 'failed';
  const status = /\b(?:http|status)\D{0,8}([1-5]\d\d)(?!\d)/i.exec(text)?.[1];
  const code = text.match(/\bE[A-Z0-9]{3,}\b/g)?.find((word) => systemCodes.has(word));
  return [kind, ...(status ? [`status ${status}`] : []), ...(code ? [code] : [])].join(', ');
}

/** Characters of a failure that are searched. */
const scannedMax = 2_000;

/** The sentences of `consumeReplies` and BullMQ. Other consumers use their own. */
const kinds = [
  { kind: 'refused', pattern: /^Message \d+ of \d+ \(\d+ sent before it\) was refused\b/ },
  { kind: 'not sent', pattern: /^Message \d+ of \d+ \(\d+ sent before it\) could not be sent\b/ },
  { kind: 'invalid', pattern: /^This is no outbound reply\./ },
  { kind: 'stalled', pattern: /^job stalled more than allowable limit/ },
];

const systemCodes = new Set([...getSystemErrorMap().values()].map(([code]) => code));
