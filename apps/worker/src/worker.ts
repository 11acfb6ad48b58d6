import { connect } from '@typelane/db';
import {
  closeInTime,
  connectRedis,
  createEgress,
  createQueue,
  createSealer,
  inboundQueues,
  queueNames,
  type Running,
  type WakeUp,
  wake,
} from '@typelane/runtime';
import { startBulkStarts } from './bulk-starts.ts';
import { createConverse } from './converse/converse.ts';
import { createAcknowledger } from './deliver/acknowledger.ts';
import { createPublish } from './deliver/outbound.ts';
import { requireContract } from './ingest/contract.ts';
import { startInboundReader } from './ingest/inbound-reader.ts';
import type { Chat } from './ingest/ingest-batch.ts';
import { openMediaPorts } from './media/media-ports.ts';
import type { WorkerOptions } from './options.ts';
import { startSessionEvents } from './session-events/publish.ts';
import { startSessionClosings } from './session-closings.ts';
import { startSweep } from './sweep.ts';
import { startTimers } from './timers.ts';
import { consumeWakeUps } from './wake-ups.ts';

/**
 * Milliseconds that each part has to stop. Turns have longer than a call to Typebot, and short enough that the rest still fits into the
 * process's grace time; a turn that has not ended by then continues elsewhere as if the process had died. A reader commits the batch it holds.
 * An attempt to deliver a webhook may take fifteen seconds.
 */
const stopWithinMs = { readers: 8_000, turns: 33_000, sessionEvents: 17_000 };

/** Starts ingest, converse, deliver, timers, sweep and session events in this process. Any number of processes may run. */
export async function startWorker(options: WorkerOptions): Promise<Running> {
  const { log, QUEUE_PREFIX: prefix, REDIS_URL: redisUrl } = options;
  const { database, redis, converseQueue, outboundQueue, closeConnections } = openConnections(options);
  const egress = createEgress({ allow: options.EGRESS_ALLOW });
  const media = openMediaPorts(options, { database, egress, log });
  const inboundKeys = inboundQueues(options.INBOUND_PARTITIONS).map((name) => `${prefix}:${name}`);
  const wakeAll = (conversations: Chat[]): Promise<void> => wake(converseQueue, conversations);
  const shared = { database, redisUrl, prefix, log };

  // Each part is created before the part that feeds it: deliver, converse, ingest.
  const publish = createPublish(outboundQueue, log);
  const acknowledger = createAcknowledger({ ...shared, publish, wake: wakeAll });

  const converse = createConverse(options, { database, redis, converseQueue, publish, egress, media });
  const wakeUps = consumeWakeUps({ redisUrl, prefix, limiter: converse.limiter, log });

  await requireContract(redis, prefix, log);
  const readers = inboundKeys.map((queueKey) =>
    startInboundReader({ database, media, redisUrl, queueKey, log, wake: converse.startOrWake }),
  );

  const timers = startTimers({ ...shared, inboundKeys, wake: wakeAll });
  const sweep = startSweep({
    database,
    redis,
    prefix,
    converse: converseQueue,
    outbound: outboundQueue,
    acknowledger,
    publish,
    media,
    log,
    intervalMs: options.SWEEP_INTERVAL_MS,
  });
  const bulkStarts = startBulkStarts({ database, converse: converseQueue, lease: acknowledger.lease, log });
  const closings = startSessionClosings({ database, converse: converseQueue, lease: acknowledger.lease, log });
  const sessionEvents = startSessionEvents({
    ...shared,
    egressAllow: options.EGRESS_ALLOW,
    sealer: createSealer(options.SECRET_KEY),
    limits: options.sessionEventLimits,
  });
  await wakeUps.ready();

  return {
    async stop() {
      const within = (what: string, closing: Promise<unknown>, ms?: number) => closeInTime(what, closing, log, ms);
      await Promise.all([
        ...readers.map((reader) => within('inbound reader', reader.stop(), stopWithinMs.readers)),
        within('timers', timers.stop()),
        within('bulk starts', bulkStarts.stop()),
        within('session closings', closings.stop()),
        within('sweep', sweep.stop()),
        wakeUps.stop(),
        within('turns', converse.limiter.drain(), stopWithinMs.turns),
        // Session events of the last turns are published by the next process.
        within('session events', sessionEvents.stop(), stopWithinMs.sessionEvents),
      ]);
      converse.close();
      egress.close();
      media.store.close();
      await within('acknowledger', acknowledger.stop());
      await closeConnections();
    },
  };
}

function openConnections({ log, DATABASE_URL, REDIS_URL, QUEUE_PREFIX }: WorkerOptions) {
  const database = connect(DATABASE_URL, { applicationName: 'typelane-worker' });
  const redis = connectRedis(REDIS_URL);
  redis.on('error', (error) => log.warn({ err: error }, 'redis.error'));
  const converseQueue = createQueue<WakeUp>(queueNames.converse, redis, QUEUE_PREFIX);
  // The acknowledger reads completions from this stream. At four entries per reply the default of 10,000 would be overrun.
  const outboundQueue = createQueue(queueNames.outbound, redis, QUEUE_PREFIX, { streams: { events: { maxLen: 100_000 } } });
  const queues = [converseQueue, outboundQueue];
  for (const queue of queues) queue.on('error', (error) => log.warn({ err: error, queue: queue.name }, 'redis.error'));
  return {
    database,
    redis,
    converseQueue,
    outboundQueue,
    async closeConnections() {
      await Promise.all([
        closeInTime('queues', Promise.all(queues.map((queue) => queue.close())), log),
        closeInTime('database', database.close(), log),
      ]);
      redis.disconnect();
    },
  };
}
