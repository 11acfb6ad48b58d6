import { batched } from '@typelane/db';
import type { Log } from '@typelane/runtime';
import type { JobsOptions, Queue } from 'bullmq';
import { jobIdOf } from './receipt.ts';

/** Seconds a finished job stays. While it stays, its id prevents a second publication of the reply. It takes 1.7 KB. */
const keptSeconds = { completed: 900, failed: 86_400 };

export type Publish = (reply: { replyId: string; seq: number }) => Promise<void>;

/** Adds replies to the outbound queue, under load many in one round trip. Publishing a reply again is harmless while its job is kept. */
export function createPublish(outbound: Queue, log: Log): Publish {
  const add = batched(async (replies: { replyId: string; seq: number }[]) => {
    const [only] = replies;
    // `addBulk` makes a pipeline, for which ioredis copies all scripts: ten kilobytes that only a full garbage collection frees.
    if (replies.length === 1 && only) await outbound.add('reply', only, optionsOf(only));
    else await outbound.addBulk(replies.map((data) => ({ name: 'reply', data, opts: optionsOf(data) })));
    return replies.map(() => undefined);
  });
  // The row is marked as dispatched: if this fails, the sweep publishes the reply.
  return (reply) => add(reply).catch((error: unknown) => log.warn({ err: error, replyId: reply.replyId }, 'publish.failed'));
}

function optionsOf({ replyId }: { replyId: string }): JobsOptions {
  return {
    jobId: jobIdOf(replyId),
    removeOnComplete: { age: keptSeconds.completed },
    removeOnFail: { age: keptSeconds.failed },
  };
}
