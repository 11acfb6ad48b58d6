import type { Unacknowledged } from '@typelane/db';
import type { Log } from '@typelane/runtime';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Acknowledger } from './acknowledger.ts';
import { type FinishedJob, finishedFields, jobIdOf, receiptOf } from './receipt.ts';

/** Where an unacknowledged reply was found. `nowhere`: it has to be published again. */
export type Found = { reply: Unacknowledged; place: 'done' | 'onItsWay' | 'nowhere' };

/** Waiting jobs up to which each is looked for in the lists of its queue, which takes as long as they are. */
const searchedMax = 1_000;

type Options = { redis: Redis; outbound: Queue; acknowledger: Pick<Acknowledger, 'settle'>; log: Log };

/**
 * Looks what became of a reply, and settles it when its consumer is done with it. One whose receipt cannot be recorded is taken for one on
 * its way, so that it holds up no other and is looked for again.
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

/** A job that stands in no list of its queue, as an add that broke off half-way leaves it, is found by nobody and keeps its id taken. */
async function isLost(outbound: Queue, jobId: string, { isFirstLook }: Unacknowledged): Promise<boolean> {
  if (!isFirstLook && (await outbound.getWaitingCount()) > searchedMax) return false;
  if ((await outbound.getJobState(jobId)) !== 'unknown') return false;
  await outbound.remove(jobId);
  return true;
}
