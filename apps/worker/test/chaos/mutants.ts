import type { Alteration } from '../faults/alter.ts';
import type { AttackKind, FaultKind } from './plan.ts';

/** A bug planted in every worker. The checker must detect it. */
export type Mutant = {
  name: string;
  what: string;
  alterations: Alteration[];
  /** Faults that reveal it; others only take time. */
  faults: readonly FaultKind[];
  /** The attack that reveals it; default none. */
  attacks?: readonly AttackKind[];
};

const commit = 'packages/db/src/conversations/commit.ts';
const load = 'packages/db/src/conversations/load.ts';
const ingest = 'packages/db/src/conversations/ingest.ts';
const write = 'apps/worker/src/converse/write.ts';
const turn = 'apps/worker/src/converse/turn.ts';
const reader = 'apps/worker/src/ingest/inbound-reader.ts';
const sweep = 'apps/worker/src/sweep.ts';
const outbound = 'apps/worker/src/deliver/outbound.ts';

const ingestAndPop = '  const chats = await ingestBatch(';
const replyKept = 'const entry = { ...entryOf(next, before, context, deps.times), reply };';

export const mutants: readonly Mutant[] = [
  {
    name: 'no fence',
    what: 'a worker writes its step whatever the version is',
    alterations: [
      { file: commit, from: 'where c.version = s.version', to: 'where true' },
      { file: load, from: '(c.open_call_until is null or c.open_call_until <= clock_timestamp())', to: 'true' },
    ],
    faults: ['freezeWorker', 'forgetRings'],
  },
  {
    name: 'no look at calls on record',
    what: 'a call that is found open after a crash is made again',
    alterations: [
      {
        file: turn,
        from: "if (isAbandoned) return { type: 'uncertain', cause: 'worker_lost' };",
        to: "if (isAbandoned) return { type: 'notSent', cause: 'worker_lost', retryAfterMs: null };",
      },
    ],
    faults: ['killWorker'],
  },
  {
    name: 'no unique key',
    what: 'a repeated event is ingested again',
    alterations: [
      { file: ingest, from: 'where not exists (', to: 'where true or exists (' },
      {
        file: ingest,
        from: 'f.from_me, f.key_id, f.message_id, f.event',
        // An event that already exists under another address: under the same address the table itself would refuse it.
        to: `f.from_me, f.key_id || case when exists (
          select from inbox i where i.conversation_id = f.conversation_id and i.from_me = f.from_me and i.key_id = f.key_id
        ) then '~' || (t.base + f.nth) else '' end, f.message_id, f.event`,
      },
    ],
    faults: ['forgetRings'],
  },
  {
    name: 'jobs gone before the commit',
    what: 'jobs are removed from the inbound queue before their events are in inboxes',
    alterations: [{ file: reader, from: ingestAndPop, to: `  await list.pop(jobs.map(({ id }) => id));\n${ingestAndPop}` }],
    faults: ['killWorker', 'endBackends'],
  },
  {
    name: 'reply outside of the transaction',
    what: 'a reply is published without being on record with its step',
    alterations: [
      { file: write, from: replyKept, to: 'const entry = { ...entryOf(next, before, context, deps.times), reply: null };' },
      {
        file: write,
        from: 'if (reply && committed && committed.dispatchedSeq !== null) void deps.publish({ ...reply, seq: committed.dispatchedSeq });',
        to: 'if (reply && committed) void deps.publish({ ...reply, seq: Number(before.loaded.head.seq) });',
      },
    ],
    faults: ['killWorker', 'freezeWorker'],
  },
  {
    name: 'no second look at replies',
    what: 'a reply that was decided and never published is forgotten',
    alterations: [
      {
        file: sweep,
        from: 'of await unacknowledged(database.sql, intervalMs, rowsMax)) {',
        to: 'of [] as Awaited<ReturnType<typeof unacknowledged>>) {',
      },
      { file: sweep, from: 'const chats = await undispatched(database.sql, intervalMs, rowsMax);', to: 'const chats: string[] = [];' },
    ],
    faults: ['killWorker', 'freezeWorker', 'killRedis'],
  },
  {
    name: 'finished replies are not kept',
    what: 'a finished outbound job is removed at once, so the same reply can be published again',
    alterations: [{ file: outbound, from: 'removeOnComplete: { age: keptSeconds.completed },', to: 'removeOnComplete: true,' }],
    faults: ['killWorker', 'freezeWorker'],
  },
  {
    name: 'retry after a timeout',
    what: 'a call whose answer never came is taken for one that was never made',
    alterations: [
      {
        file: 'packages/typebot/src/outcome.ts',
        from: "if (status === null) return { type: 'uncertain', cause: brokenCause(failure?.code ?? '', status) };",
        to: "if (status === null) return { type: 'notSent', cause: brokenCause(failure?.code ?? '', status), retryAfterMs: null };",
      },
    ],
    faults: ['forgetRings'],
  },
  {
    name: 'no quarantine',
    what: 'the next call is made while Typebot may still be at work on one that we gave up on',
    alterations: [
      { file: write, from: 'quarantineMs: next.quarantine ? times.quarantineMs : null,', to: 'quarantineMs: null,' },
      {
        file: write,
        from: "openCallMs: next.ask ? sendWithinMs + times.timeoutMs + (next.ask.type === 'inspect' ? 0 : times.quarantineMs) : null,",
        to: 'openCallMs: next.ask ? times.timeoutMs : null,',
      },
    ],
    faults: ['killWorker', 'forgetRings'],
  },
  {
    name: 'no deadline before the call',
    what: 'a worker that froze between its commit and its call makes the call when it wakes',
    alterations: [
      {
        file: turn,
        from: 'return admission.call(() => deps.typebot.ask(asked, { sendBefore: committedAt + sendWithinMs,',
        // Busy for a moment between the two, so that a freeze falls into it.
        to: 'return admission.call(async () => (await new Promise((resolve) => setTimeout(resolve, 40)), deps.typebot).ask(asked, { sendBefore: Infinity,',
      },
    ],
    faults: ['freezeWorker'],
  },
  {
    name: 'one event stops the intake',
    what: 'an event that cannot be ingested is retried forever, and everything behind it waits',
    alterations: [
      {
        file: 'apps/worker/src/ingest/ingest-batch.ts',
        from: '(some) => ingestEvents(database.sql, some),',
        to: `(some) => {
          if (JSON.stringify(some).includes('data:image/png;base64,AAAA')) throw new Error('A file where none may be');
          return ingestEvents(database.sql, some);
        },`,
      },
      {
        file: 'apps/worker/src/ingest/isolate.ts',
        from: 'if (isServerTrouble(error)) throw error;',
        to: 'if (isServerTrouble(error) || true) throw error;',
      },
    ],
    faults: [],
    attacks: ['contractFieldAsFile'],
  },
  {
    name: 'one receipt ends the look at all',
    what: 'receipts are not bounded, and one that cannot be stored ends the search for lost replies',
    alterations: [
      {
        file: 'apps/worker/src/deliver/receipt.ts',
        from: 'return keyIds.slice(0, keyIdsMax).flatMap((keyId) => keyIdSchema.safeParse(keyId).data ?? []);',
        to: 'return keyIds as string[];',
      },
      {
        file: 'apps/worker/src/deliver/find-reply.ts',
        from: "      log.error({ err: error, replyId }, 'acknowledge.failed');",
        to: '      throw error;',
      },
    ],
    faults: ['forgetReplies'],
    attacks: ['garbageReceipts'],
  },
  {
    name: 'an unreadable wake-up ends the worker',
    what: 'an error of the queue that nobody expected ends the process',
    alterations: [
      {
        file: 'apps/worker/src/wake-ups.ts',
        from: 'if (error instanceof SyntaxError) void emptyAll();',
        to: 'if (error instanceof SyntaxError) setTimeout(() => process.exit(1), 5_000);',
      },
    ],
    faults: [],
    attacks: ['unreadableWakeUps'],
  },
];
