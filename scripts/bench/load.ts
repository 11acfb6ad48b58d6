import type { InboundEvent } from '@typelane/core';
import { type Job, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { setTimeout as sleep } from 'node:timers/promises';

export const instanceId = 'bench';

/** Milliseconds without any answer after which a run is given up. */
const stuckMs = 15_000;

export type Load = {
  /** Starts all chats, so that what is measured are answers. */
  warmUp(chats: number): Promise<void>;
  /** Publishes `turns` messages a chat as fast as it can and waits for all answers. Returns turns a second. */
  burst(chats: number, turns: number): Promise<number>;
  /** Publishes one message at a time at this rate, each to another chat. Returns milliseconds from add to outbound job, sorted. */
  steady(chats: number, perSecond: number, seconds: number): Promise<number[]>;
  /** Replies that came twice, before an earlier one, or not at all. */
  faults(): { outOfOrder: number; repeated: number; missing: number };
  close(): Promise<void>;
};

/** A producer on `inbound` and a consumer on `outbound` that checks what it gets. `mayLose`: go on when no more answers come. */
export function createLoad(redisUrl: string, prefix: string, mayLose: boolean): Load {
  const connection = connect(redisUrl);
  const consuming = connect(redisUrl);
  const inbound = new Queue('inbound', { connection, prefix });
  const ledger = createLedger(mayLose);
  const consumer = new Worker('outbound', async (job) => ledger.hear(job), { connection: consuming, prefix, concurrency: 200 });
  const publish = async (chats: number, turns: number): Promise<void> => {
    for (let turn = 0; turn < turns; turn += 1) {
      const jobs = Array.from({ length: chats }, (_, chat) => ({ name: 'message', data: ledger.next(chat).event }));
      for (let from = 0; from < jobs.length; from += 500) await inbound.addBulk(jobs.slice(from, from + 500));
    }
  };

  return {
    async warmUp(chats) {
      await publish(chats, 1);
      await ledger.complete();
    },
    async burst(chats, turns) {
      const startedAt = performance.now();
      await publish(chats, turns);
      await ledger.complete();
      return (chats * turns * 1_000) / (performance.now() - startedAt);
    },
    async steady(chats, perSecond, seconds) {
      const took: Promise<number>[] = [];
      const startedAt = performance.now();
      for (let index = 0; index < perSecond * seconds; index += 1) {
        const dueInMs = startedAt + (index * 1_000) / perSecond - performance.now();
        if (dueInMs > 0) await sleep(dueInMs);
        const { event, key } = ledger.next(index % chats);
        took.push(ledger.time(key));
        void inbound.add('message', event);
      }
      await ledger.complete();
      const answered = await Promise.all(took.map((one) => Promise.race([one, Promise.resolve(null)])));
      return answered.filter((ms) => ms !== null).toSorted((a, b) => a - b);
    },
    faults: () => ledger.faults(),
    async close() {
      await consumer.close();
      await inbound.close();
      connection.disconnect();
      consuming.disconnect();
    },
  };
}

/** What was published and what came back. */
function createLedger(mayLose: boolean) {
  const told = new Map<string, number>();
  const seen = new Map<string, Set<number>>();
  const awaited = new Map<string, { at: number; done: (ms: number) => void }>();
  let outOfOrder = 0;
  let repeated = 0;
  let received = 0;
  let published = 0;
  let givenUp = 0;
  return {
    next(chat: number): { event: InboundEvent; key: string } {
      const jid = `55${String(chat).padStart(9, '0')}@s.whatsapp.net`;
      const n = (told.get(jid) ?? -1) + 1;
      told.set(jid, n);
      published += 1;
      return { event: eventOf(jid, n), key: `${jid}:${n}` };
    },
    hear(job: Job<{ to: string; messages: { text: string }[] }>): { keyIds: string[] } {
      const { to, messages } = job.data;
      const n = Number(messages[0]?.text);
      const known = seen.get(to) ?? new Set();
      seen.set(to, known);
      if (known.has(n)) repeated += 1;
      else received += 1;
      if (n < Math.max(0, ...known)) outOfOrder += 1;
      known.add(n);
      const waiting = awaited.get(`${to}:${n}`);
      if (waiting) waiting.done(performance.now() - waiting.at);
      return { keyIds: [`B${job.id}`] };
    },
    time: (key: string): Promise<number> => new Promise((done) => awaited.set(key, { at: performance.now(), done })),
    faults: () => ({ outOfOrder, repeated, missing: published - received }),
    async complete(): Promise<void> {
      let before = received;
      for (let changedAt = performance.now(); received + givenUp < published; await sleep(10)) {
        if (received !== before) changedAt = performance.now();
        before = received;
        if (performance.now() - changedAt < stuckMs) continue;
        if (!mayLose) throw new Error(`Stuck: ${received} of ${published} answers came`);
        givenUp = published - received;
      }
    },
  };
}

function connect(redisUrl: string): Redis {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });
  redis.on('error', (error) => console.error(error.message));
  return redis;
}

/** Message 0 starts the chat; the others are answered with their own number. */
export function eventOf(jid: string, n: number): InboundEvent {
  return {
    event: 'messages.upsert',
    instance: { instanceId, name: 'Bench' },
    data: {
      keyId: `K${n}`,
      keyRemoteJid: jid,
      keyFromMe: false,
      pushName: 'Ana',
      contentType: 'text',
      content: { text: String(n) },
      source: 'android',
      messageTimestamp: Math.floor(Date.now() / 1_000),
    },
  };
}
