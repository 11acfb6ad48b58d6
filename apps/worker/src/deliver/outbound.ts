import { batched } from '@typelane/db';
import type { Log } from '@typelane/runtime';
import type { JobsOptions, Queue } from 'bullmq';
import { jobIdOf } from './receipt.ts';

/** Seconds a finished job stays: within them its id keeps the reply from being published twice. 15 minutes cost 1.7 KB a reply. */
const keptSeconds = { completed: 900, failed: 86_400 };

export type Publish = (reply: { replyId: string; seq: number }) => Promise<void>;

/** Puts replies on the outbound queue, many in one round trip under load. Publishing one again is harmless while its job is kept. */
export function createPublish(outbound: Queue, log: Log): Publish {
  const add = batched(async (replies: { replyId: string; seq: number }[]) => {
    const [only] = replies;
    // For a list BullMQ makes a pipeline, and ioredis makes each from all its scripts: ten kilobytes that only a full collection takes away.
    if (replies.length === 1 && only) await outbound.add('reply', only, optionsOf(only));
    else await outbound.addBulk(replies.map((data) => ({ name: 'reply', data, opts: optionsOf(data) })));
    return replies.map(() => undefined);
  });
  // The row says that it was handed out: what fails here is published by the sweep.
  return (reply) => add(reply).catch((error: unknown) => log.warn({ err: error, replyId: reply.replyId }, 'publish.failed'));
}

function optionsOf({ replyId }: { replyId: string }): JobsOptions {
  return {
    jobId: jobIdOf(replyId),
    removeOnComplete: { age: keptSeconds.completed },
    removeOnFail: { age: keptSeconds.failed },
  };
}
