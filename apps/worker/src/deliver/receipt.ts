import { replyReceiptSchema } from '@typelane/core';
import type { Receipt } from '@typelane/db';
import type { Job } from 'bullmq';

/** What the consumer made of a reply, once it is done with it; null before, and for jobs that are none of ours. */
export function receiptOf(job: Job | undefined): Receipt | null {
  const replyId = replyIdOf(job?.id ?? '');
  if (job?.finishedOn === undefined || replyId === null) return null;
  const failure = job.failedReason ?? null;
  // A consumer that gives up leaves what it had sent in the progress: those ids come back as echoes too.
  return { replyId, keyIds: keyIdsOf(failure === null ? job.returnvalue : job.progress), failure };
}

/** What a consumer returned; one that returns something else acknowledges all the same, without ids. */
export function keyIdsOf(returned: unknown): string[] {
  const receipt = replyReceiptSchema.safeParse(typeof returned === 'string' ? fromJson(returned) : returned);
  return receipt.success ? receipt.data.keyIds : [];
}

export function jobIdOf(replyId: string): string {
  return `reply-${replyId}`;
}

export function replyIdOf(jobId: string): string | null {
  return jobId.startsWith('reply-') ? jobId.slice('reply-'.length) : null;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
