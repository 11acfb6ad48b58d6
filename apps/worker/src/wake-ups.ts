import { isUuid } from '@typelane/db';
import { closeInTime, connectRedisForLoops, type Log, queueNames, type WakeUp, type Running } from '@typelane/runtime';
import { UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { ConcurrencyLimiter } from './converse/concurrency-limiter.ts';

/** Jobs taken at once. Each ends when its chats have begun, so few are enough and none is hoarded. */
const jobsAtOnce = 4;

/** Failed jobs that stay, and seconds: they are none of ours, and whoever put them there may want to see why. */
const failedKept = { count: 100, age: 86_400 };

type Options = { redisUrl: string; prefix: string; limiter: ConcurrencyLimiter; log: Log };

/** Starts the turns of chats that are woken through the queue `converse`. A job that wakes nobody fails once, with its reason. */
export function answerWakeUps({ redisUrl, prefix, limiter, log }: Options): Running & { ready(): Promise<unknown> } {
  const redis = connectRedisForLoops(redisUrl);
  const onError = (error: unknown): void => log.warn({ err: error }, 'wake.error');
  redis.on('error', onError);
  const answer = async ({ data }: { data: unknown }): Promise<void> => {
    const { conversationIds, redelivery } = readWakeUp(data);
    if (redelivery === 'suspect') limiter.startOneByOne(conversationIds);
    else await limiter.start(conversationIds, redelivery);
  };
  const worker = new Worker<unknown>(queueNames.converse, answer, {
    connection: redis,
    prefix,
    concurrency: jobsAtOnce,
    removeOnFail: failedKept,
  });
  worker.on('failed', (job, error) => log.warn({ jobId: job?.id, reason: error.message }, 'wake-up.failed'));
  const emptyAll = (): Promise<void> => emptyUnreadable(redis, `${prefix}:${queueNames.converse}`).catch(onError);
  worker.on('error', (error) => {
    onError(error);
    if (error instanceof SyntaxError) void emptyAll();
  });
  return {
    ready: () => worker.waitUntilReady(),
    async stop() {
      await closeInTime('doorbell', worker.close(), log);
      redis.disconnect();
    },
  };
}

type ReadWakeUp = Pick<WakeUp, 'conversationIds' | 'redelivery'>;

function readWakeUp(data: unknown): ReadWakeUp {
  if (typeof data !== 'object' || data === null) throw new UnrecoverableError(`Expected the data to be a JSON object, got ${kindOf(data)}`);
  const { conversationIds, redelivery }: { conversationIds?: unknown; redelivery?: unknown } = data;
  if (!Array.isArray(conversationIds) || !conversationIds.every((id) => typeof id === 'string' && isUuid(id)))
    throw new UnrecoverableError(`Expected \`conversationIds\` to be a list of UUIDs, got ${kindOf(conversationIds)}`);
  if (!isRedelivery(redelivery))
    throw new UnrecoverableError(`Expected \`redelivery\` to be overdue, swept or suspect, got ${kindOf(redelivery)}`);
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
 * BullMQ takes a job whose fields are no JSON, cannot read it, and takes it again every half minute for ever. Such a job is emptied and put
 * back, and fails like any other that wakes nobody.
 */
async function emptyUnreadable(redis: Redis, queueKey: string): Promise<void> {
  for (const id of await redis.lrange(`${queueKey}:active`, 0, -1)) {
    const key = `${queueKey}:${id}`;
    if (isReadable(await redis.hgetall(key))) continue;
    // Of several processes that see it one puts it back.
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
