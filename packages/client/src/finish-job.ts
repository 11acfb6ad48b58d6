import type { replyReceiptSchema } from '@typelane/core/contracts';
import { DelayedError, UnrecoverableError, WaitingError, type Job } from 'bullmq';
import type { z } from 'zod';
import type { DeliveryOutcome } from './deliver.ts';
import { known } from './progress.ts';

/** Delay before a reply that another consumer is sending is checked again. */
const heldMs = 1_000;

/** Delay before a declined reply is offered again; it grows each time. */
const declinedMs = 100;
const declinedMaxMs = 5_000;

/** Ends the job according to its delivery: returns the receipt that completes it, or throws an error that BullMQ understands. */
export async function finish(
  job: Job<unknown>,
  token: string | undefined,
  outcome: DeliveryOutcome,
  onError: (error: Error) => void,
): Promise<z.infer<typeof replyReceiptSchema>> {
  if (outcome.type === 'sent') return { keyIds: known(outcome.keyIds) };
  throw await failure(job, token, outcome, onError);
}

async function failure(
  job: Job<unknown>,
  token: string | undefined,
  outcome: Exclude<DeliveryOutcome, { type: 'sent' }>,
  onError: (error: Error) => void,
): Promise<Error> {
  if (outcome.type === 'interrupted') {
    await job.moveToWait(token).catch(onError);
    return new WaitingError();
  }
  if (outcome.type === 'held') {
    await job.moveToDelayed(Date.now() + heldMs, token).catch(onError);
    return new DelayedError();
  }
  if (outcome.type === 'declined') {
    // Soon at first, because the other consumer may be ready; less often while there is none.
    await job.moveToDelayed(Date.now() + Math.min(declinedMs * job.attemptsStarted, declinedMaxMs), token).catch(onError);
    return new DelayedError();
  }
  if (outcome.type === 'invalid') return new UnrecoverableError(`This is no outbound reply. ${outcome.reason}`);
  const { keyIds, of, cause } = outcome;
  const which = `Message ${keyIds.length + 1} of ${of} (${keyIds.length} sent before it)`;
  const reason = cause instanceof Error ? cause.message : String(cause);
  if (outcome.type === 'refused') return new UnrecoverableError(`${which} was refused: ${reason}`);
  return new Error(`${which} could not be sent: ${reason}`, { cause });
}
