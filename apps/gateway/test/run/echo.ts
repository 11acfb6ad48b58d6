import { randomUUID } from 'node:crypto';
import type { InboundEvent, OutboundReply } from '@typelane/client';
import { Queue, QueueEvents, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import { textDraft } from '../harness.ts';

export type Echo = { answered(): number; failures: string[]; close(): Promise<void> };

/**
 * In place of a worker with a bot: answers each text once with `re: <text>`, and hands out the next reply of a chat when the one before
 * was acknowledged, as the worker does.
 */
export async function startEcho(redis: Redis, prefix: string): Promise<Echo> {
  const outbound = new Queue('outbound', { connection: redis, prefix });
  const events = new QueueEvents('outbound', { connection: redis.duplicate(), prefix });
  events.setMaxListeners(0);
  await events.waitUntilReady();
  const heard = new Set<string>();
  const chats = new Map<string, Promise<void>>();
  const failures: string[] = [];
  let answered = 0;

  const answer = async ({ data, instance: { instanceId } }: InboundEvent): Promise<void> => {
    const content = Object.values(data.content).find((value) => typeof value === 'string') as string;
    const reply: OutboundReply = {
      schemaVersion: 1,
      replyId: randomUUID(),
      instanceId,
      businessId: 'default',
      sessionId: null,
      seq: 1,
      to: data.keyRemoteJid,
      inReplyTo: data.keyId,
      traceparent: null,
      messages: [{ ...textDraft(`re: ${content}`), id: randomUUID() }],
    };
    const job = await outbound.add('reply', reply, { jobId: `reply-${reply.replyId}` });
    await job.waitUntilFinished(events).catch((error: unknown) => failures.push(String(error)));
    answered += 1;
  };
  const worker = new Worker(
    'inbound',
    async ({ data }: { data: InboundEvent | InboundEvent[] }) => {
      for (const event of Array.isArray(data) ? data : [data]) {
        const { keyId, keyRemoteJid, keyFromMe } = event.data;
        if (keyFromMe || event.event !== 'messages.upsert' || heard.has(keyId)) continue;
        heard.add(keyId);
        const before = chats.get(keyRemoteJid) ?? Promise.resolve();
        chats.set(
          keyRemoteJid,
          before.then(() => answer(event)),
        );
      }
    },
    { connection: redis.duplicate(), prefix, concurrency: 1 },
  );
  worker.on('error', () => {});
  return {
    answered: () => answered,
    failures,
    async close() {
      await worker.close(true);
      await events.close();
      await outbound.close();
    },
  };
}
