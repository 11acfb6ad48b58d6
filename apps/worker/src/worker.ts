import {
  mergeConversations,
  retryOnReconnect,
  batched,
  type Commit,
  commit,
  commitReplaying,
  commitRetracting,
  connect,
  countFirstDeliveryAttempt,
  countDeliveryAttempt,
  type Database,
  resetDeliveryAttempts,
  dispatchNext,
  load,
  loadLaterEvents,
  postponeSweep,
  type PostponedChat,
  waitingFrom,
} from '@typelane/db';
import {
  closeInTime,
  connectRedis,
  createEgress,
  createQueue,
  createSealer,
  type Egress,
  type Env,
  inboundQueues,
  type Log,
  matches,
  type MediaEnv,
  mediaEnv,
  queueNames,
  type WakeUp,
  wake,
  type Running,
} from '@typelane/runtime';
import { createTypebotClient } from '@typelane/typebot';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { startSessionEvents } from './session-events/publish.ts';
import type { SessionEventLimits } from './session-events/limits.ts';
import { burstMax } from './converse/burst.ts';
import { createBreakers } from './converse/breaker.ts';
import { createBulkhead } from './converse/bulkhead.ts';
import { createIntegrations } from './converse/integrations.ts';
import { createConcurrencyLimiter, type Redelivery, type ConcurrencyLimiter } from './converse/concurrency-limiter.ts';
import { runTurn, type RunTurnPorts } from './converse/run-turn.ts';
import { createAcknowledger } from './deliver/acknowledger.ts';
import { createPublish, type Publish } from './deliver/outbound.ts';
import { requireContract } from './ingest/contract.ts';
import { startInboundReader } from './ingest/inbound-reader.ts';
import type { Chat } from './ingest/ingest-batch.ts';
import { startBulkStarts } from './bulk-starts.ts';
import { createKeepFile } from './media/keep-file.ts';
import { createFairLimiter } from './media/fair-limiter.ts';
import { createEnrich, preparationLimits } from './enrich/create-enrich.ts';
import { type MediaPorts, openMediaPorts } from './media/media-ports.ts';
import { createInspect } from './resolve/inspect.ts';
import { startSessionClosings } from './session-closings.ts';
import { startSweep } from './sweep.ts';
import { startTimers } from './timers.ts';
import { answerWakeUps } from './wake-ups.ts';

export type WorkerOptions = Pick<
  Env,
  | 'DATABASE_URL'
  | 'REDIS_URL'
  | 'EGRESS_ALLOW'
  | 'INBOUND_PARTITIONS'
  | 'WORKER_CONCURRENCY'
  | 'TYPEBOT_TIMEOUT_MS'
  | 'TYPEBOT_QUARANTINE_MS'
  | 'TRANSCRIPTION_TIMEOUT_MS'
  | 'SWEEP_INTERVAL_MS'
  | 'QUEUE_PREFIX'
> &
  MediaEnv & { log: Log; sessionEventLimits?: Partial<SessionEventLimits> };

/** The environment a worker reads. */
export const workerEnv = [
  'DATABASE_URL',
  'REDIS_URL',
  'SECRET_KEY',
  'EGRESS_ALLOW',
  'INBOUND_PARTITIONS',
  'WORKER_CONCURRENCY',
  'TYPEBOT_TIMEOUT_MS',
  'TYPEBOT_QUARANTINE_MS',
  'TRANSCRIPTION_TIMEOUT_MS',
  'SWEEP_INTERVAL_MS',
  'QUEUE_PREFIX',
  ...mediaEnv,
  'LOG_LEVEL',
] as const;

/**
 * Milliseconds that turns under way have to end when the process stops: longer than a call to Typebot, and short enough that what
 * follows fits into the process's grace time. What has not ended then ends as it would have if the process had died.
 */
const drainMs = 33_000;

/** Milliseconds: what is in hand is let in first. */
const readerStopMs = 8_000;

/** Milliseconds: an attempt to deliver a webhook may take fifteen seconds. */
const sessionEventsStopMs = 17_000;

/** Starts ingest, converse, deliver and sweep in this process. Any number of processes may run. */
export async function startWorker(options: WorkerOptions): Promise<Running> {
  const { log, QUEUE_PREFIX: prefix, REDIS_URL: redisUrl } = options;
  const database = connect(options.DATABASE_URL, { applicationName: 'typelane-worker' });
  const redis = connectRedis(redisUrl);
  redis.on('error', (error) => log.warn({ err: error }, 'redis.error'));
  const converse = createQueue<WakeUp>(queueNames.converse, redis, prefix);
  // Completions are heard through this stream: at four entries a reply the default of 10,000 would be overrun.
  const outbound = createQueue(queueNames.outbound, redis, prefix, { streams: { events: { maxLen: 100_000 } } });
  for (const queue of [converse, outbound]) queue.on('error', (error) => log.warn({ err: error, queue: queue.name }, 'redis.error'));

  const publish = createPublish(outbound, log);
  const wakeAll = (chats: Chat[]) => wake(converse, chats);
  const acknowledger = createAcknowledger({ database, redisUrl, prefix, publish, wake: wakeAll, log });
  const egress = createEgress({ allow: options.EGRESS_ALLOW });
  const media = openMediaPorts(options, { database, egress, log });
  const { limiter, close } = createConverse(options, { database, redis, converse, publish, egress, media });
  const wakeUps = answerWakeUps({ redisUrl, prefix, limiter, log });
  await requireContract(redis, prefix, log);
  const startOrWakeAll = (chats: Chat[]) => startOrWake(chats, limiter, converse);
  const readers = inboundQueues(options.INBOUND_PARTITIONS).map((name) =>
    startInboundReader({ database, media, redisUrl, queueKey: `${prefix}:${name}`, log, wake: startOrWakeAll }),
  );
  const sweep = startSweep({
    database,
    redis,
    prefix,
    converse,
    outbound,
    acknowledger,
    publish,
    media,
    log,
    intervalMs: options.SWEEP_INTERVAL_MS,
  });
  const bulkStarts = startBulkStarts({ database, converse, lease: acknowledger.lease, log });
  const closings = startSessionClosings({ database, converse, lease: acknowledger.lease, log });
  const inboundKeys = inboundQueues(options.INBOUND_PARTITIONS).map((name) => `${prefix}:${name}`);
  const timers = startTimers({ database, redisUrl, prefix, inboundKeys, wake: wakeAll, log });
  const sessionEventPublisher = startSessionEvents({
    database,
    redisUrl,
    prefix,
    egressAllow: options.EGRESS_ALLOW,
    sealer: createSealer(options.SECRET_KEY),
    limits: options.sessionEventLimits,
    log,
  });
  await wakeUps.ready();

  return {
    async stop() {
      const within = (what: string, closing: Promise<unknown>, ms?: number) => closeInTime(what, closing, log, ms);
      await Promise.all([
        ...readers.map((reader) => within('door', reader.stop(), readerStopMs)),
        within('timers', timers.stop()),
        within('bulk starts', bulkStarts.stop()),
        within('session closings', closings.stop()),
        within('sweep', sweep.stop()),
        wakeUps.stop(),
        within('turns', limiter.drain(), drainMs),
        // What the last turns write down is told by the next process.
        within('announcer', sessionEventPublisher.stop(), sessionEventsStopMs),
      ]);
      close();
      egress.close();
      media.store.close();
      await within('acknowledger', acknowledger.stop());
      await Promise.all([within('queues', Promise.all([converse.close(), outbound.close()])), within('database', database.close())]);
      redis.disconnect();
    },
  };
}

/** Turns begin where the event came in while a slot is free there: the shortest way. The rest is rung for, and any process takes it. */
async function startOrWake(chats: Chat[], limiter: ConcurrencyLimiter, converse: Queue<WakeUp>): Promise<void> {
  const rest = chats.filter(({ conversationId, isOverdue }) => !limiter.tryStart(conversationId, isOverdue ? 'overdue' : null));
  await wake(
    converse,
    rest.filter(({ isOverdue }) => !isOverdue),
  );
  await wake(
    converse,
    rest.filter(({ isOverdue }) => isOverdue),
    0,
    'overdue',
  );
}

type ConverseParts = { database: Database; redis: Redis; converse: Queue<WakeUp>; publish: Publish; egress: Egress; media: MediaPorts };

function createConverse(options: WorkerOptions, { database, redis, converse, publish, egress, media }: ConverseParts) {
  const { log, TYPEBOT_TIMEOUT_MS: timeoutMs, TYPEBOT_QUARANTINE_MS: quarantineMs } = options;
  const typebot = createTypebotClient({ egress, timeoutMs });
  const wakeIn = ({ conversationId }: { conversationId: string }, delayMs: number): void => {
    wake(converse, [{ conversationId }], delayMs).catch((error: unknown) => log.warn({ err: error }, 'wake.failed'));
    // The sweep would wake it before.
    if (delayMs >= options.SWEEP_INTERVAL_MS)
      restOne({ conversationId, restMs: delayMs }).catch((error: unknown) => log.warn({ err: error }, 'rest.failed'));
  };
  const restOne = batched(async (chats: PostponedChat[]) => {
    await postponeSweep(database.sql, chats);
    return chats.map(() => undefined);
  });
  const loadOne = batched((ids: string[]) => load(database.sql, ids));
  const commitOne = batched((steps: Commit[]) => commit(database.sql, steps));
  const startOrWakeChat = (conversationId: string): void => {
    if (!limiter.tryStart(conversationId)) wakeIn({ conversationId }, 0);
  };
  const bulkhead = createBulkhead(options.WORKER_CONCURRENCY, startOrWakeChat);
  const fileRoom = createFairLimiter(preparationLimits(options.WORKER_CONCURRENCY), startOrWakeChat);
  const ports: RunTurnPorts = {
    load: (id) => retryOnReconnect(() => loadOne(id)),
    commit: (step) => retryOnReconnect(() => commitOne(step)),
    commitRetracting: (step) => retryOnReconnect(() => commitRetracting(database.sql, step)),
    commitReplaying: (step, sessionId) => retryOnReconnect(() => commitReplaying(database.sql, step, sessionId)),
    countDeliveryAttempt: (id) => retryOnReconnect(() => countDeliveryAttempt(database.sql, id)),
    countFirstDeliveryAttempt: (id) => retryOnReconnect(() => countFirstDeliveryAttempt(database.sql, id)),
    resetDeliveryAttempts: (id) => retryOnReconnect(() => resetDeliveryAttempts(database.sql, id)),
    loadLaterEvents: (id, seq) => retryOnReconnect(() => loadLaterEvents(database.sql, id, seq)),
    waitingFrom: (id, seq) => retryOnReconnect(() => waitingFrom(database.sql, id, seq, burstMax + 1)),
    dispatchNext: (id) =>
      void dispatchReplies(database, publish, id).catch((error: unknown) => log.warn({ err: error }, 'dispatch.failed')),
    matches,
    mergeConversations: (id) => retryOnReconnect(() => mergeConversations(database.sql, id)),
    ask: (call, asking) => typebot.ask(call, asking),
    inspect: createInspect({ typebot, sealer: createSealer(options.SECRET_KEY), log }),
    publish: (reply) => void publish(reply as Parameters<Publish>[0]),
    wakeIn,
    integrations: createIntegrations(log),
    read: createEnrich({ options, database, redis, egress, store: media.store, keep: createKeepFile(media), room: fileRoom, log }),
    bulkhead,
    breakers: createBreakers(log),
    log,
  };
  const run = (id: string, redelivery: Redelivery) =>
    runTurn(id, redelivery, ports, { timeoutMs, quarantineMs }).finally(() => {
      bulkhead.wakeWaiting();
      fileRoom.wakeWaiting();
    });
  const limiter = createConcurrencyLimiter(options.WORKER_CONCURRENCY, run, (conversationId) => wakeIn({ conversationId }, 0), log);
  return {
    limiter,
    close() {
      // Those who still wait for room find it elsewhere.
      bulkhead.wakeAll();
      fileRoom.wakeAll();
      typebot.close();
    },
  };
}

/** If it fails, the sweep does it. */
async function dispatchReplies(database: Database, publish: Publish, conversationId: string): Promise<void> {
  for (const { replyId, seq, reply } of await dispatchNext(database.sql, [conversationId])) await publish({ ...reply, replyId, seq });
}
