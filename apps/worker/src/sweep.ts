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
  /** Of all BullMQ keys. */
  prefix: string;
  converse: Queue<WakeUp>;
  outbound: Queue;
  acknowledger: Acknowledger;
  publish: Publish;
  media: MediaPorts;
  log: Log;
  intervalMs: number;
};

/** Rows read at a time; each part goes on until it has seen all. */
const rowsMax = 500;

/**
 * Jobs that may wait on `converse` before the sweep adds no more: what is found behind them would not come to its turn sooner. They are some
 * 160,000 chats and ten megabytes.
 */
const wakeUpsMax = 10_000;

/**
 * Milliseconds that a woken chat is left to its wake-up, for each chat that was woken before it: one process takes up about a thousand a
 * second. Woken again meanwhile, it would only make the queue longer.
 */
const turnMs = 1;

/** Looks for what got lost. Returns how many there were. */
type Part = () => Promise<number>;

/**
 * Looks for what got lost between Postgres and Redis (wake-ups nobody heard, replies Redis forgot, receipts that were missed), and for
 * files and rows whose time is over. The acknowledger's process does it. Everything it does is harmless when it was not needed. Its parts
 * know nothing of each other: one that fails or takes long holds up no other.
 */
export function startSweep(options: SweepOptions): { stop(): Promise<void> } {
  const { acknowledger, database, media, log, intervalMs } = options;
  const parts: Record<string, Part> = {
    woken: createWakeAgain(options),
    republished: createSettleReplies(options),
    dispatched: () => handForgotten(options),
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
  /** Where the walk goes on that was left because too many wake-ups waited. */
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
    // Lost with everything else that Redis held.
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

async function handForgotten({ database, publish, intervalMs }: SweepOptions): Promise<number> {
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
