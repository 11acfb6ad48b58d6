import type { InboundEvent } from '@typelane/core/contracts';
import { Queue } from 'bullmq';
import { defaultPrefix, openConnection, whenReady, type Connection } from './connection.ts';
import { inboundJobs, inboundQueueName, type InboundJob } from './inbound-job.ts';
import { assertInbound } from './invalid-event.ts';
import { createLane, type Lane } from './publish-lane.ts';

export type PublisherOptions = {
  connection: Connection;
  /** Prefix of all queue keys; default `bull`. */
  prefix?: string;
  /** How many inbound queues Typelane reads: its `INBOUND_PARTITIONS`. Default 1, which is the queue `inbound`. */
  partitions?: number;
  /** How long one publish is attempted before it fails; default 10,000. */
  timeoutMs?: number;
};

export type Publisher = {
  /**
   * Resolves once Redis acknowledged every job: one, or one per partition that an array of events touches.
   * Publishing the same event again is harmless. Calls of one publisher keep their order, even when they are not awaited.
   * Throws `InvalidEventError` before anything was published, or `PublishError` when Redis did not acknowledge in time:
   * then the event may or may not be in the queue and must be published again.
   */
  publish: (event: InboundEvent | InboundEvent[]) => Promise<{ jobId: string }[]>;
  /** Waits for what was published before, then disconnects. */
  close: () => Promise<void>;
};

/** A connection on which Redis does not answer for this long is replaced. */
const silenceMs = 3_000;

/** Publishes WhatsApp events to the queue or queues `inbound`. */
export function createPublisher(options: PublisherOptions): Publisher {
  const { connection, prefix = defaultPrefix, partitions = 1, timeoutMs = 10_000 } = options;
  if (!Number.isInteger(partitions) || partitions < 1)
    throw new RangeError(`partitions must be a whole number from 1, but ${partitions} came.`);
  let lastError: unknown;
  const redis = openConnection(connection, failFast, (error) => (lastError = error));
  redis.on('ready', () => (lastError = undefined));
  const lanes = Array.from({ length: partitions }, (_, partition) => {
    // Typelane owns the queue's meta key. The version check would be one more command that can hang.
    const queue = new Queue(inboundQueueName(partition, partitions), {
      connection: redis,
      prefix,
      skipMetasUpdate: true,
      skipVersionCheck: true,
    });
    queue.on('error', (error) => (lastError = error));
    return createLane({ ready: () => whenReady(redis), add: (jobs) => addAll(queue, jobs), connectionError: () => lastError });
  });

  return {
    async publish(event) {
      assertInbound(event);
      const jobs = inboundJobs(event, partitions);
      return await Promise.all(jobs.map((job) => publishTo(lanes, job, timeoutMs)));
    },
    async close() {
      await Promise.all(lanes.map((lane) => lane.close()));
      redis.disconnect();
    },
  };
}

/** Commands fail at once while Redis is away; the lane retries them within the timeout that the caller set. */
const failFast = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  connectTimeout: silenceMs,
  socketTimeout: silenceMs,
};

/** Neither attempts nor backoff: a retried job would be overtaken by those behind it. */
async function addAll(queue: Queue, jobs: InboundJob[]): Promise<void> {
  await queue.addBulk(jobs.map(({ jobId, data }) => ({ name: 'message', data, opts: { jobId } })));
}

async function publishTo(lanes: Lane[], job: InboundJob, timeoutMs: number): Promise<{ jobId: string }> {
  const lane = lanes[job.partition];
  if (lane === undefined) throw new Error(`there is no partition ${job.partition}`);
  await lane.publish(job, timeoutMs);
  return { jobId: job.jobId };
}
