import type { Unacknowledged } from '@typelane/db';
import type { Log } from '@typelane/runtime';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Acknowledger } from './acknowledger.ts';
import { type FinishedJob, finishedFields, jobIdOf, receiptOf } from './receipt.ts';

/** Where an unacknowledged reply was found. `nowhere`: it must be published again. */
export type Found = { reply: Unacknowledged; place: 'done' | 'onItsWay' | 'nowhere' };

/** Waiting jobs, at most, for a search through the lists of the queue: the search takes time in proportion to their length. */
const searchedMax = 1_000;

type Options = { redis: Redis; outbound: Queue; acknowledger: Pick<Acknowledger, 'settle'>; log: Log };

/**
 * Finds the job of a reply and settles the reply when its consumer has finished it. If the receipt cannot be stored, the reply counts as
 * on its way, so it delays no other reply and is checked again later.
 */
export function createFindReply({ redis, outbound, acknowledger, log }: Options): (reply: Unacknowledged) => Promise<Found> {
  return async (reply) => {
    const { replyId } = reply;
    const jobId = jobIdOf(replyId);
    const [name = null, ...fields] = await redis.hmget(outbound.toKey(jobId), 'name', ...finishedFields);
    if (name === null) return { reply, place: 'nowhere' };
    const receipt = receiptOf(replyId, Object.fromEntries(finishedFields.map((field, nth) => [field, fields[nth] ?? null])) as FinishedJob);
    if (receipt === null) return { reply, place: (await isLost(outbound, jobId, reply)) ? 'nowhere' : 'onItsWay' };
    try {
      await acknowledger.settle(receipt);
      return { reply, place: 'done' };
    } catch (error) {
      log.error({ err: error, replyId }, 'acknowledge.failed');
      return { reply, place: 'onItsWay' };
    }
  };
}

/** An interrupted add can leave a job in none of the queue's lists. No consumer finds it, and its id blocks a new job, so it is removed. */
async function isLost(outbound: Queue, jobId: string, { isFirstLook }: Unacknowledged): Promise<boolean> {
  if (!isFirstLook && (await outbound.getWaitingCount()) > searchedMax) return false;
  if ((await outbound.getJobState(jobId)) !== 'unknown') return false;
  await outbound.remove(jobId);
  return true;
}
