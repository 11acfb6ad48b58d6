import { Queue, type QueueOptions } from 'bullmq';
import { Redis } from 'ioredis';

/** The queues of the process contract. `inbound` may be several; see `inboundQueues`. */
export const queueNames = { converse: 'converse', outbound: 'outbound', events: 'events' } as const;

/** One queue `inbound`, or `inbound-0` … when there are more partitions. */
export function inboundQueues(partitions: number): string[] {
  return partitions === 1 ? ['inbound'] : Array.from({ length: partitions }, (_, index) => `inbound-${index}`);
}

/**
 * A chunk of a doorbell: chats of one instance where something waits. At most `ringSizeMax` of them. `late`: something came in behind
 * work that has been waiting for long; `again`: the sweep found it, nobody came of an earlier ring; `suspect`: nor of a second one, so each
 * is taken up while no other suspect is.
 */
export type WakeUp = { instanceId: string; conversationIds: string[]; redelivery?: 'overdue' | 'swept' | 'suspect' };

/** Chunks of 16 measured 20 % faster than one job a chat. */
export const wakeUpChatsMax = 16;

/** For commands of a producer: fails at once while Redis is away instead of hanging on. */
export function connectRedis(url: string): Redis {
  return new Redis(url, { maxRetriesPerRequest: 3, connectTimeout: 5_000 });
}

/** For loops that must outlive Redis: waits for it however long it takes. */
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

/** Rings for chats, in chunks. `delayMs`: not before. A ring may be lost, doubled or late: the rows decide, the sweep rings again. */
export async function wake(
  converse: Queue<WakeUp>,
  chats: { instanceId: string; conversationId: string }[],
  delayMs = 0,
  redelivery?: WakeUp['redelivery'],
): Promise<void> {
  if (chats.length === 0) return;
  await converse.addBulk(
    chunks(chats).map((data) => ({
      name: 'ring',
      data: redelivery === undefined ? data : { ...data, redelivery: redelivery },
      opts: { removeOnComplete: true, removeOnFail: true, ...(delayMs > 0 && { delay: delayMs }) },
    })),
  );
}

function chunks(chats: { instanceId: string; conversationId: string }[]): WakeUp[] {
  const open = new Map<string, WakeUp>();
  const all: WakeUp[] = [];
  for (const { instanceId, conversationId } of chats) {
    let chunk = open.get(instanceId);
    if (!chunk || chunk.conversationIds.length >= wakeUpChatsMax) {
      chunk = { instanceId, conversationIds: [] };
      open.set(instanceId, chunk);
      all.push(chunk);
    }
    chunk.conversationIds.push(conversationId);
  }
  return all;
}
