import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createIntegration, type Database, type Destination, order, outcomeOf } from '@typelane/db';
import type { Command, InboundEvent, SettingsInput } from '@typelane/core';
import { createLog, type Log, type WakeUp, wake, type Running } from '@typelane/runtime';
import { inboundText, type InboundOptions, waitUntil } from '@typelane/testkit';
import { type Job, Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { databaseForTest, redisForTest } from '@typelane/testkit/vitest';
import type { SessionEventLimits } from '../src/session-events/limits.ts';
import { startWorker, type WorkerOptions } from '../src/index.ts';
import { type ChildWorker, spawnWorker } from './child-worker.ts';
import { type RecordingConsumer, startConsumer } from './consumer.ts';
import { createTables, type Tables } from './tables.ts';

export const secretKey = '7be19c03d5a84f26b0c9d8e7f6a5b413';

/** Base URL of stored files; no server listens there. */
export const publicUrl = 'https://bots.example.com';

export type PipelineOptions = {
  /** The Typebots, and other private hosts, the workers may call. */
  typebots: readonly string[];
  /** Workers in this process; default 1. */
  workers?: number;
  /** Milliseconds, all short. The smallest a worker of its own process takes is 1,000 for the timeout and the sweep. */
  timeoutMs?: number;
  quarantineMs?: number;
  sweepMs?: number;
  transcriptionMs?: number;
  /** Turns one worker runs at once; default 50. Fewer make several workers share the chats. */
  concurrency?: number;
  /** Intervals at which workers of this process publish session events. */
  sessionEventLimits?: Partial<SessionEventLimits>;
  /** Separate, migrated servers; default those of the test run. */
  servers?: { databaseUrl: string; redisUrl: string; prefix: string };
  /** Default true: a consumer processes every reply at once. */
  consumes?: boolean;
};

export type Bot = {
  url: string;
  publicId: string;
  /** Default: no notices when something goes wrong, so that every text comes from the bot. */
  settings?: SettingsInput;
  enabled?: boolean;
  instanceId?: string;
  instanceName?: string;
  businessId?: string;
};

export type LogLine = { level: number; msg: string; [field: string]: unknown };

export type Pipeline = {
  database: Database;
  redis: Redis;
  prefix: string;
  /** The inbound queue as a producer uses it. */
  inbound: Queue;
  outbound: Queue;
  consumer: RecordingConsumer;
  tables: Tables;
  /** Lines of the workers in this process. */
  logs: LogLine[];
  /** What a worker is started with. */
  env: WorkerOptions;
  /** Registers an instance with a bot and returns the instance's id. */
  register(bot: Bot): Promise<string>;
  /** One job, added as any producer would. */
  publish(data: unknown): Promise<Job>;
  say(chat: Pick<InboundOptions, 'instanceId' | 'jid'>, text: string, more?: Partial<InboundOptions>): Promise<InboundEvent>;
  /** Inserts a command as the API does, without waiting for it. */
  command(chat: Pick<InboundOptions, 'instanceId' | 'jid'>, command: Command): Promise<{ outcome(): Promise<string> }>;
  /** The same, of a session's conversation or any address. */
  order(instanceId: string, to: Destination, command: Command): Promise<{ outcome(): Promise<string> }>;
  startWorker(change?: Partial<WorkerOptions>): Promise<Running>;
  /** `change`: more environment. */
  spawnWorker(change?: Record<string, string>): Promise<ChildWorker>;
  wake(chats: { conversationId: string }[]): Promise<void>;
  close(): Promise<void>;
};

/** A separate pipeline for one test file: database, key prefix, workers, a producer's queue and a consumer. */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { databaseUrl, redisUrl, prefix, drop } = await serversOf(options);
  const database = connect(databaseUrl, { connectionsMax: 4, applicationName: 'test' });
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
  // ioredis reconnects by itself.
  redis.on('error', () => {});
  const queues = ['inbound', 'outbound', 'converse'].map((name) => new Queue(name, { connection: redis, prefix }));
  for (const queue of queues) queue.on('error', () => {});
  const [inbound, outbound, converse] = queues as [Queue, Queue, Queue<WakeUp>];
  const logs: LogLine[] = [];
  const dataDir = await mkdtemp(join(tmpdir(), 'typelane-worker-'));
  const env = workerOptions(options, { databaseUrl, redisUrl, prefix, dataDir, log: logInto(logs) });
  const consumer = startConsumer({ redisUrl, prefix, consumes: options.consumes ?? true });
  const running = new Set<{ stop(): Promise<unknown> }>();

  const pipeline: Pipeline = {
    database,
    redis,
    prefix,
    inbound,
    outbound,
    consumer,
    tables: createTables(database.sql),
    logs,
    env,
    register: (bot) => register(database, bot),
    publish: (data) => inbound.add('message', data),
    async say(chat, text, more = {}) {
      const event = inboundText({ ...chat, text, ...more });
      await inbound.add('message', event);
      return event;
    },
    command: ({ instanceId, jid }, command) => pipeline.order(instanceId, jid, command),
    async order(instanceId, to, command) {
      const ordered = await order(database.sql, instanceId, to, command);
      await wake(converse, [ordered]);
      return { outcome: () => outcome(database, ordered, command) };
    },
    async startWorker(change = {}) {
      const worker = await startWorker({ ...env, ...change });
      running.add(worker);
      return { stop: () => (running.delete(worker) ? worker.stop() : Promise.resolve()) };
    },
    async spawnWorker(change = {}) {
      const worker = await spawnWorker({ ...asEnvironment(env), ...change });
      running.add(worker);
      return worker;
    },
    wake: (chats) => wake(converse, chats),
    async close() {
      await Promise.all([...running].map((worker) => worker.stop()));
      await consumer.close();
      await Promise.all(queues.map((queue) => queue.close()));
      redis.disconnect();
      await database.close();
      await drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  for (let count = 0; count < (options.workers ?? 1); count += 1) await pipeline.startWorker();
  return pipeline;
}

async function serversOf({ servers }: PipelineOptions): Promise<Required<PipelineOptions>['servers'] & { drop(): Promise<void> }> {
  if (servers) return { ...servers, drop: () => Promise.resolve() };
  const { url: redisUrl, prefix } = redisForTest();
  const { url: databaseUrl, drop } = await databaseForTest();
  return { databaseUrl, redisUrl, prefix, drop };
}

function workerOptions(
  {
    typebots,
    timeoutMs = 1_000,
    quarantineMs = 200,
    sweepMs = 1_000,
    transcriptionMs = 5_000,
    concurrency = 50,
    sessionEventLimits = {},
  }: PipelineOptions,
  { databaseUrl, redisUrl, prefix, dataDir, log }: { databaseUrl: string; redisUrl: string; prefix: string; dataDir: string; log: Log },
): WorkerOptions {
  return {
    DATABASE_URL: databaseUrl,
    REDIS_URL: redisUrl,
    EGRESS_ALLOW: typebots.map((url) => new URL(url).host),
    INBOUND_PARTITIONS: 1,
    WORKER_CONCURRENCY: concurrency,
    TYPEBOT_TIMEOUT_MS: timeoutMs,
    TYPEBOT_QUARANTINE_MS: quarantineMs,
    SWEEP_INTERVAL_MS: sweepMs,
    TRANSCRIPTION_TIMEOUT_MS: transcriptionMs,
    QUEUE_PREFIX: prefix,
    SECRET_KEY: secretKey,
    DATA_DIR: dataDir,
    PUBLIC_URL: publicUrl,
    HOST: '127.0.0.1',
    PORT: 3_000,
    MEDIA_S3_REGION: 'us-east-1',
    MEDIA_MAX_MB: 30,
    MEDIA_KEEP_DAYS: 30,
    sessionEventLimits: sessionEventLimits,
    log,
  };
}

function asEnvironment({ log, sessionEventLimits: _times, ...options }: WorkerOptions): Record<string, string> {
  // A list is written with commas.
  const texts = Object.entries(options).map(([name, value]): [string, string] => [name, String(value)]);
  return { ...Object.fromEntries(texts), LOG_LEVEL: log.level };
}

function logInto(lines: LogLine[]): Log {
  return createLog('debug', { write: (line: string) => void lines.push(JSON.parse(line) as LogLine) });
}

let registered = 0;

async function register(database: Database, bot: Bot): Promise<string> {
  const { instanceId = `instance-${(registered += 1)}`, instanceName = 'Shop', businessId = 'business-1' } = bot;
  const created = await createIntegration(
    database,
    { scope: 'admin' },
    {
      instanceId,
      businessId,
      instanceName,
      publicId: bot.publicId,
      typebotURL: bot.url,
      enabled: bot.enabled ?? true,
      settings: bot.settings ?? { errorMessage: null, uncertainMessage: null },
    },
  );
  if (created.type !== 'created') throw new Error(`Expected the integration of ${instanceId} to be created, got ${created.type}`);
  return instanceId;
}

async function outcome(database: Database, ordered: Parameters<typeof outcomeOf>[1], command: Command): Promise<string> {
  const { final, reason } = await waitUntil(() => outcomeOf(database.sql, ordered), { what: `the end of the command ${command.type}` });
  return reason === null ? final : `${final}: ${reason}`;
}
