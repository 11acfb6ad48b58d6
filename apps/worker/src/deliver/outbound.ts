import { batched } from '@typelane/db';
import type { Log } from '@typelane/runtime';
import type { Queue } from 'bullmq';
import { jobIdOf } from './receipt.ts';

/** Seconds a finished job stays: within them its id keeps the reply from being published twice. 15 minutes cost 1.7 KB a reply. */
const keptSeconds = { completed: 900, failed: 86_400 };

export type Publish = (reply: { replyId: string; seq: number }) => Promise<void>;

/** Puts replies on the outbound queue, many in one round trip under load. Publishing one again is harmless while its job is kept. */
export function createPublish(outbound: Queue, log: Log): Publish {
  const add = batched(async (replies: { replyId: string; seq: number }[]) => {
    await outbound.addBulk(
      replies.map((data) => ({
        name: 'reply',
        data,
        opts: {
          jobId: jobIdOf(data.replyId),
          removeOnComplete: { age: keptSeconds.completed },
          removeOnFail: { age: keptSeconds.failed },
        },
      })),
    );
    return replies.map(() => undefined);
  });
  // The row says that it was handed out: what fails here is published by the sweep.
  return (reply) => add(reply).catch((error: unknown) => log.warn({ err: error, replyId: reply.replyId }, 'publish.failed'));
}
