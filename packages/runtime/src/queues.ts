import { Queue, type QueueOptions } from 'bullmq';
import { Redis } from 'ioredis';

/** The queues of the process contract. `inbound` may be several; see `inboundQueues`. */
export const queueNames = { converse: 'converse', outbound: 'outbound', events: 'events' } as const;

/** One queue `inbound`, or `inbound-0` … when there are more partitions. */
export function inboundQueues(partitions: number): string[] {
  return partitions === 1 ? ['inbound'] : Array.from({ length: partitions }, (_, index) => `inbound-${index}`);
}

/**
 * A job on `converse`: at most `wakeUpChatsMax` conversations with work to do. `redelivery` says why it was sent again. `overdue`: an event
 * arrived behind work that has waited too long. `swept`: the sweep found the work after an earlier wake-up had no effect. `suspect`: the work
 * had already been attempted, so it runs while no other suspect does.
 */
export type WakeUp = { conversationIds: string[]; redelivery?: 'overdue' | 'swept' | 'suspect' };

/** Chunks of 16 were measured to be 20 % faster than one job per conversation. */
export const wakeUpChatsMax = 16;

/** For single commands: a command fails after three attempts while Redis is unreachable. */
export function connectRedis(url: string): Redis {
  return new Redis(url, { maxRetriesPerRequest: 3, connectTimeout: 5_000 });
}

/** For loops that must survive an outage: a command waits for Redis without a limit. */
export function connectRedisForLoops(url: string): Redis {
  return new Redis(url, { maxRetriesPerRequest: null });
}

export function createQueue<Data, Result = unknown>(
  name: string,
  connection: Redis,
  prefix: string,
  options: Partial<QueueOptions> = {},
): Queue<Data, Result> {
  return new Queue<Data, Result>(name, { connection, prefix, ...options });
}

/** Wake-ups may be lost, doubled or late: the rows decide what happens, and the sweep wakes again. `delayMs`: not earlier than this. */
export async function wake(
  converse: Queue<WakeUp>,
  chats: readonly { conversationId: string }[],
  delayMs = 0,
  redelivery?: WakeUp['redelivery'],
): Promise<void> {
  if (chats.length === 0) return;
  const ids = chats.map(({ conversationId }) => conversationId);
  const jobs = [];
  for (let start = 0; start < ids.length; start += wakeUpChatsMax) {
    jobs.push({
      name: 'wake',
      data: { conversationIds: ids.slice(start, start + wakeUpChatsMax), ...(redelivery !== undefined && { redelivery }) },
      opts: { removeOnComplete: true, removeOnFail: true, ...(delayMs > 0 && { delay: delayMs }) },
    });
  }
  await converse.addBulk(jobs);
}
