import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InboundEvent } from '@typelane/core';
import { inboundEvent, inboundMedia, inboundText } from '@typelane/testkit';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import type { RecordingConsumer } from '../consumer.ts';
import { addRaw } from '../raw-job.ts';
import type { HostileInstances } from './instances.ts';
import type { AttackKind } from './plan.ts';

/** Tenants that misbehave in every way while the honest ones work. The outcome of their own messages is not checked. */
export type Hostility = { stop(): Promise<void> };

type Attacker = { inbound: Queue; outbound: Queue; converse: Queue; redis: Redis; prefix: string; hostile: HostileInstances };

/** Milliseconds from one round of all attacks to the next. */
const roundMs = 400;

/** Chats of the hostile tenants; few, so that messages reach open sessions. */
const chatsMax = 100;

export async function startHostility(
  kinds: readonly AttackKind[],
  { redisUrl, prefix, hostile, consumer }: { redisUrl: string; prefix: string; hostile: HostileInstances; consumer: RecordingConsumer },
): Promise<Hostility> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1, retryStrategy: () => 100, commandTimeout: 2_000 });
  redis.on('error', () => {});
  const [inbound, outbound, converse] = ['inbound', 'outbound', 'converse'].map(
    (name) => new Queue(name, { connection: redis, prefix }),
  ) as [Queue, Queue, Queue];
  const queues = [inbound, outbound, converse];
  for (const queue of queues) queue.on('error', () => {});
  await Promise.all(queues.map((queue) => queue.waitUntilReady()));
  let receipts = 0;
  if (kinds.includes('garbageReceipts')) {
    consumer.completesWith(({ instanceId }) =>
      instanceId === hostile.talks ? { keyIds: garbageReceipts[(receipts += 1) % garbageReceipts.length] } : null,
    );
  }
  const attacker: Attacker = { inbound, outbound, converse, redis, prefix, hostile };
  let isStopped = false;
  const attacking = (async () => {
    for (let round = 0; !isStopped; round += 1) {
      // An attack while Redis is away is lost, which does not matter.
      for (const kind of kinds) await attacks[kind](attacker, round).catch(() => {});
      await sleep(roundMs);
    }
  })();
  return {
    async stop() {
      isStopped = true;
      await attacking;
      await Promise.allSettled(queues.map((queue) => queue.close()));
      redis.disconnect();
    },
  };
}

/** Values that a consumer may return as `keyIds`. */
const garbageReceipts: readonly unknown[] = [
  // Random, or PostgreSQL would compress it until an index takes it.
  [randomBytes(2_100).toString('base64')],
  ['\u0000'],
  [null, 7, { id: 'x' }],
  Array.from({ length: 2_000 }, (_, i) => `SENT-${i}`),
  'not a list',
  [''],
];

/** One round of each attack; `round` counts from 0. */
const attacks: Record<AttackKind, (attacker: Attacker, round: number) => Promise<unknown>> = {
  contractFieldAsFile({ inbound, hostile }, round) {
    const event = words(hostile.talks, round, 'hello');
    const field = (['contentType', 'keyId', 'pushName', 'source'] as const)[round % 4] ?? 'contentType';
    return inbound.add('message', { ...event, data: { ...event.data, [field]: `data:image/png;base64,AAAA${round}` } });
  },
  failingBot: ({ inbound, hostile }, round) =>
    inbound.addBulk(Array.from({ length: 10 }, (_, nth) => job(words(hostile.fails, 10 * round + nth, `failing ${round}-${nth}`)))),
  async garbageReceipts({ inbound, outbound, hostile }, round) {
    await inbound.addBulk([0, 1].map((nth) => job(words(hostile.talks, 2 * round + nth, `receipt ${round}-${nth}`))));
    await outbound.add('reply', { nonsense: round }, { jobId: `reply-no-uuid-${round}` });
  },
  malformedInBulk: ({ inbound, hostile }, round) =>
    inbound.add(
      'message',
      Array.from({ length: 50 }, (_, nth) => ({ nth, round, instance: { instanceId: hostile.talks } })),
    ),
  base64Files: ({ inbound, hostile }, round) =>
    inbound.addBulk(
      [0, 1].map((nth) => {
        const to = { instanceId: hostile.talks, jid: jidOf(2 * round + nth), media: 'image' as const, url: 'https://127.0.0.1:9/none' };
        const event = inboundMedia({ ...to, mimeType: 'image/png' });
        return job({ ...event, data: { ...event.data, content: { ...event.data.content, base64: file } } });
      }),
    ),
  async unreadableWakeUps({ converse, redis, prefix }, round) {
    await addRaw(redis, `${prefix}:converse`, `garbage-${round}`, round % 2 === 0 ? '{not json' : null);
    await converse.add('wake', unreadableWakeUps[round % unreadableWakeUps.length]);
  },
  flood: ({ inbound, hostile }, round) =>
    inbound.addBulk(
      Array.from({ length: 20 }, (_, nth) => job(words(hostile.talks, Math.floor(round / 10) % 10, `flood ${round}-${nth}`))),
    ),
  skewedClocks({ inbound, hostile }, round) {
    const skewMs = [-31_536_000_000, 31_536_000_000, -1_800_000_000_000][round % 3] ?? 0;
    const at = Math.max(0, Date.now() + skewMs);
    const event = inboundText({ instanceId: hostile.talks, jid: jidOf(round), text: `clock ${round}`, timestamp: Math.floor(at / 1_000) });
    return inbound.add('message', event, { timestamp: at });
  },
};

const unreadableWakeUps: readonly unknown[] = [null, { conversationIds: 'none' }, { conversationIds: ['no uuid', null] }];

const file = Buffer.alloc(300_000, 'typelane').toString('base64');

const job = (data: InboundEvent) => ({ name: 'message', data });

const words = (instanceId: string, chat: number, text: string): InboundEvent =>
  inboundEvent({ instanceId, jid: jidOf(chat) }, 'text', { text });

const jidOf = (chat: number): string => `5531666${String(chat % chatsMax).padStart(6, '0')}@s.whatsapp.net`;
