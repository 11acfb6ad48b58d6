import { isUuid } from '@typelane/db';
import { closeInTime, connectRedisForLoops, type Log, queueNames, type Ring, type Running } from '@typelane/runtime';
import { UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Slots } from './converse/slots.ts';

/** Jobs taken at once. Each ends when its chats have begun, so few are enough and none is hoarded. */
const jobsAtOnce = 4;

/** Failed jobs that stay, and seconds: they are none of ours, and whoever put them there may want to see why. */
const failedKept = { count: 100, age: 86_400 };

type Options = { redisUrl: string; prefix: string; slots: Slots; log: Log };

/** Starts the turns of chats that are woken through the queue `converse`. A job that wakes nobody fails once, with its reason. */
export function answerWakeUps({ redisUrl, prefix, slots, log }: Options): Running & { ready(): Promise<unknown> } {
  const redis = connectRedisForLoops(redisUrl);
  const onError = (error: unknown): void => log.warn({ err: error }, 'doorbell.error');
  redis.on('error', onError);
  const answer = async ({ data }: { data: unknown }): Promise<void> => {
    const { conversationIds, again } = readWakeUp(data);
    if (again === 'suspect') slots.startOneByOne(conversationIds);
    else await slots.start(conversationIds, again);
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

type WakeUp = Pick<Ring, 'conversationIds' | 'again'>;

function readWakeUp(data: unknown): WakeUp {
  if (typeof data !== 'object' || data === null) throw new UnrecoverableError(`Expected the data to be a JSON object, got ${kindOf(data)}`);
  const { conversationIds, again }: { conversationIds?: unknown; again?: unknown } = data;
  if (!Array.isArray(conversationIds) || !conversationIds.every((id) => typeof id === 'string' && isUuid(id)))
    throw new UnrecoverableError(`Expected \`conversationIds\` to be a list of UUIDs, got ${kindOf(conversationIds)}`);
  if (!isDoubt(again)) throw new UnrecoverableError(`Expected \`again\` to be late, again or suspect, got ${kindOf(again)}`);
  return { conversationIds: conversationIds as string[], ...(again !== undefined && { again }) };
}

function isDoubt(again: unknown): again is Ring['again'] {
  return again === undefined || again === 'late' || again === 'again' || again === 'suspect';
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
