import { type Database, forgottenChats, handNext, touch, unacknowledged, unhanded } from '@typelane/db';
import { type Log, type Ring, ring } from '@typelane/runtime';
import type { Job, Queue } from 'bullmq';
import { forgetOld } from './announce/relay.ts';
import type { Acknowledger } from './deliver/acknowledger.ts';
import type { Publish } from './deliver/outbound.ts';
import type { MediaPorts } from './media/media-ports.ts';
import { removeExpiredMedia } from './media/remove-expired.ts';
import { jobIdOf, receiptOf } from './deliver/receipt.ts';

type SweepOptions = {
  database: Database;
  converse: Queue<Ring>;
  outbound: Queue;
  acknowledger: Acknowledger;
  publish: Publish;
  media: MediaPorts;
  log: Log;
  intervalMs: number;
};

/** Rows of each kind one sweep looks at. */
const rowsMax = 500;

/**
 * Looks for what got lost between Postgres and Redis (doorbells nobody heard, replies Redis forgot, receipts that were missed), and for
 * files whose time is over.
 * The acknowledger's process does it. Everything it does is harmless when it was not needed.
 */
export function startSweep(options: SweepOptions): { stop(): Promise<void> } {
  const { acknowledger, log, intervalMs } = options;
  let isStopping = false;
  let current: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    if (!acknowledger.lease.isHeld() || isStopping) return;
    current = current.then(() => sweep(options)).catch((error: unknown) => log.error({ err: error }, 'sweep.failed'));
  }, intervalMs);
  return {
    async stop() {
      isStopping = true;
      clearInterval(timer);
      await current;
    },
  };
}

export async function sweep(options: SweepOptions): Promise<void> {
  const rung = await ringAgain(options);
  const republished = await settleReplies(options);
  const files = await removeExpiredMedia(options.media);
  const forgotten = await forgetOld(options.database);
  if (rung + republished + files + forgotten > 0) options.log.info({ rung, republished, files, forgotten }, 'sweep.done');
}

async function ringAgain({ database, converse, intervalMs }: SweepOptions): Promise<number> {
  const chats = await forgottenChats(database.sql, intervalMs, rowsMax);
  const [suspects, others] = [chats.filter(({ tries }) => tries > 0), chats.filter(({ tries }) => tries === 0)];
  await ring(converse, others, 0, 'again');
  await ring(converse, suspects, 0, 'suspect');
  if (chats.length > 0)
    await touch(
      database.sql,
      chats.map((chat) => chat.conversationId),
    );
  return chats.length;
}

async function settleReplies({ database, outbound, acknowledger, publish, intervalMs }: SweepOptions): Promise<number> {
  let published = 0;
  for (const { replyId, seq, reply } of await unacknowledged(database.sql, intervalMs, rowsMax)) {
    const job: Job | undefined = await outbound.getJob(jobIdOf(replyId));
    const receipt = receiptOf(job);
    if (receipt) await acknowledger.settle(receipt);
    if (receipt || (job && !(await isLost(job)))) continue;
    await publish({ ...reply, replyId, seq });
    published += 1;
  }
  const chats = await unhanded(database.sql, intervalMs, rowsMax);
  for (const { replyId, seq, reply } of await handNext(database.sql, chats)) await publish({ ...reply, replyId, seq });
  return published;
}

/** A job that stands in no list of its queue, as an add that broke off half-way leaves it, is found by nobody and keeps its id taken. */
async function isLost(job: Job): Promise<boolean> {
  if ((await job.getState()) !== 'unknown') return false;
  await job.remove();
  return true;
}
