import {
  type Database,
  firstId,
  clearLooks,
  forgottenChats,
  markRedispatched,
  dispatchNext,
  postponeLooks,
  touch,
  unacknowledged,
  undispatched,
} from '@typelane/db';
import { type Log, type WakeUp, wake } from '@typelane/runtime';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { startPollLoop } from './session-events/poll-loop.ts';
import { deleteOldSessionEventsBatch } from './session-events/event-relay.ts';
import type { Acknowledger } from './deliver/acknowledger.ts';
import { createFindReply } from './deliver/find-reply.ts';
import type { Publish } from './deliver/outbound.ts';
import type { MediaPorts } from './media/media-ports.ts';
import { createRemoveExpired } from './media/remove-expired.ts';

type SweepOptions = {
  database: Database;
  redis: Redis;
  /** Prefix of all BullMQ keys. */
  prefix: string;
  converse: Queue<WakeUp>;
  outbound: Queue;
  acknowledger: Acknowledger;
  publish: Publish;
  media: MediaPorts;
  log: Log;
  intervalMs: number;
};

/** Rows per page. Each part reads pages until it has read all rows. */
const rowsMax = 500;

/**
 * The sweep adds no wake-ups while this many jobs wait on `converse`, because more jobs would not start a turn sooner. They hold about 160,000
 * conversations in ten megabytes.
 */
const wakeUpsMax = 10_000;

/**
 * Milliseconds, per conversation woken earlier in this run, before a conversation is woken again: one process starts about a thousand turns a
 * second. An earlier wake-up would only make the queue longer.
 */
const turnMs = 1;

/** Repairs one kind of loss. Returns how many cases it found. */
type Part = () => Promise<number>;

/**
 * Repairs losses between PostgreSQL and Redis (lost wake-ups, replies and receipts) and removes expired files and rows. The process that
 * holds the acknowledger's lease runs it. Unneeded repairs are harmless. The parts are independent: a slow or failing part delays no other.
 */
export function startSweep(options: SweepOptions): { stop(): Promise<void> } {
  const { acknowledger, database, media, log, intervalMs } = options;
  const parts: Record<string, Part> = {
    woken: createWakeAgain(options),
    republished: createSettleReplies(options),
    dispatched: () => dispatchForgotten(options),
    files: createRemoveExpired(media),
    forgotten: () => deleteOldSessionEventsBatch(database),
  };
  const loops = Object.entries(parts).map(([part, look]) =>
    startPollLoop(
      async () => {
        const count = acknowledger.lease.isHeld() ? await look() : 0;
        if (count > 0) log.info({ [part]: count }, 'sweep.done');
      },
      intervalMs,
      (error) => log.error({ err: error, part }, 'sweep.failed'),
    ),
  );
  return {
    async stop() {
      await Promise.all(loops.map((loop) => loop.stop()));
    },
  };
}

function createWakeAgain({ database: { sql }, converse, intervalMs }: SweepOptions): Part {
  /** Where the next run continues after too many wake-ups waited. */
  let after = firstId;
  return async () => {
    let woken = 0;
    for (;;) {
      const chats = await forgottenChats(sql, intervalMs, rowsMax, after);
      await wakeAll(converse, chats);
      if (chats.length > 0)
        await touch(
          sql,
          chats.map(({ conversationId }) => conversationId),
          woken * turnMs,
        );
      woken += chats.length;
      after = chats.length < rowsMax ? firstId : (chats.at(-1)?.conversationId ?? firstId);
      if (after === firstId || (await converse.getWaitingCount()) >= wakeUpsMax) return woken;
    }
  };
}

async function wakeAll(converse: Queue<WakeUp>, chats: { conversationId: string; deliveryAttempts: number }[]): Promise<void> {
  await wake(
    converse,
    chats.filter(({ deliveryAttempts }) => deliveryAttempts === 0),
    0,
    'swept',
  );
  await wake(
    converse,
    chats.filter(({ deliveryAttempts }) => deliveryAttempts > 0),
    0,
    'suspect',
  );
}

function createSettleReplies(options: SweepOptions): Part {
  const { database, redis, prefix, outbound, acknowledger, publish, log, intervalMs } = options;
  const findReply = createFindReply({ redis, outbound, acknowledger, log });
  return async () => {
    // This key is missing after Redis lost its data.
    if ((await redis.set(`${prefix}:typelane-sweep`, '1', 'NX')) === 'OK') await clearLooks(database.sql);
    let republished = 0;
    for (let looked = rowsMax; looked >= rowsMax;) {
      const looks: ReturnType<typeof findReply>[] = [];
      for (const reply of await unacknowledged(database.sql, intervalMs, rowsMax)) {
        looks.push(findReply(reply));
      }
      const found = await Promise.all(looks);
      const lost = found.flatMap(({ place, reply }) => (place === 'nowhere' ? [reply] : []));
      await markRedispatched(
        database.sql,
        lost.map(({ replyId }) => replyId),
      );
      await Promise.all(lost.map(({ replyId, seq, reply }) => publish({ ...reply, replyId, seq })));
      await postponeLooks(
        database.sql,
        found.flatMap(({ place, reply }) => (place === 'nowhere' ? [] : [reply.replyId])),
      );
      republished += lost.length;
      looked = looks.length;
    }
    return republished;
  };
}

async function dispatchForgotten({ database, publish, intervalMs }: SweepOptions): Promise<number> {
  let dispatched = 0;
  for (let found = rowsMax; found >= rowsMax;) {
    const chats = await undispatched(database.sql, intervalMs, rowsMax);
    const replies = await dispatchNext(database.sql, chats);
    await Promise.all(replies.map(({ replyId, seq, reply }) => publish({ ...reply, replyId, seq })));
    dispatched += replies.length;
    found = replies.length;
  }
  return dispatched;
}
