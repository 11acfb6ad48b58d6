import { isUuid } from '@typelane/db';
import { closeInTime, connectRedisForLoops, type Log, queueNames, type WakeUp, type Running } from '@typelane/runtime';
import { UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { ConcurrencyLimiter } from './converse/concurrency-limiter.ts';

/** Jobs in progress at once. Each ends when its conversations have started, so a few are enough and this process does not hoard jobs. */
const jobsMax = 4;

/** Failed jobs that are kept, and seconds: an operator may want to see who put them there. */
const keptFailures = { count: 100, age: 86_400 };

type Options = { redisUrl: string; prefix: string; limiter: ConcurrencyLimiter; log: Log };

/** Starts the turns of conversations that are woken through the queue `converse`. A job that is not a wake-up fails once, with its reason. */
export function consumeWakeUps({ redisUrl, prefix, limiter, log }: Options): Running & { ready(): Promise<unknown> } {
  const redis = connectRedisForLoops(redisUrl);
  const onError = (error: unknown): void => log.warn({ err: error }, 'wake.error');
  redis.on('error', onError);
  const startTurns = async ({ data }: { data: unknown }): Promise<void> => {
    const { conversationIds, redelivery } = readWakeUp(data);
    if (redelivery === 'suspect') limiter.startOneByOne(conversationIds);
    else await limiter.start(conversationIds, redelivery);
  };
  const worker = new Worker<unknown>(queueNames.converse, startTurns, {
    connection: redis,
    prefix,
    concurrency: jobsMax,
    removeOnFail: keptFailures,
  });
  worker.on('failed', (job, error) => log.warn({ jobId: job?.id, reason: error.message }, 'wake-up.failed'));
  const emptyAll = (): Promise<void> => emptyUnreadableJobs(redis, `${prefix}:${queueNames.converse}`).catch(onError);
  worker.on('error', (error) => {
    onError(error);
    if (error instanceof SyntaxError) void emptyAll();
  });
  return {
    ready: () => worker.waitUntilReady(),
    async stop() {
      await closeInTime('wake-ups', worker.close(), log);
      redis.disconnect();
    },
  };
}

function readWakeUp(data: unknown): Pick<WakeUp, 'conversationIds' | 'redelivery'> {
  if (typeof data !== 'object' || data === null) throw new UnrecoverableError(`The data must be a JSON object, but got ${kindOf(data)}`);
  const { conversationIds, redelivery }: { conversationIds?: unknown; redelivery?: unknown } = data;
  if (!Array.isArray(conversationIds) || !conversationIds.every((id) => typeof id === 'string' && isUuid(id)))
    throw new UnrecoverableError(`\`conversationIds\` must be a list of UUIDs, but got ${kindOf(conversationIds)}`);
  if (!isRedelivery(redelivery))
    throw new UnrecoverableError(`\`redelivery\` must be overdue, swept or suspect, but got ${kindOf(redelivery)}`);
  return { conversationIds: conversationIds as string[], ...(redelivery !== undefined && { redelivery }) };
}

function isRedelivery(redelivery: unknown): redelivery is WakeUp['redelivery'] {
  return redelivery === undefined || redelivery === 'overdue' || redelivery === 'swept' || redelivery === 'suspect';
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list with something else' : typeof value;
}

/**
 * BullMQ cannot read a job whose fields are not JSON, and moves it back to the queue every half minute, forever. Such a job is replaced with an
 * empty one, which fails like any other job that is not a wake-up.
 */
async function emptyUnreadableJobs(redis: Redis, queueKey: string): Promise<void> {
  for (const id of await redis.lrange(`${queueKey}:active`, 0, -1)) {
    const key = `${queueKey}:${id}`;
    if (isReadable(await redis.hgetall(key))) continue;
    // Several processes may find the job; the one that removes it replaces it.
    if ((await redis.lrem(`${queueKey}:active`, 1, id)) === 0) continue;
    const empty = { name: 'unreadable', data: 'null', opts: '{}', timestamp: Date.now(), delay: 0, priority: 0 };
    await redis.multi().del(key, `${key}:lock`).hset(key, empty).rpush(`${queueKey}:wait`, id).zadd(`${queueKey}:marker`, 0, '0').exec();
  }
}

const jsonFields = ['data', 'opts', 'stacktrace', 'returnvalue', 'parent'];

function isReadable(job: Record<string, string>): boolean {
  return jsonFields.every((field) => job[field] === undefined || isJson(job[field]));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
