import type { Alteration } from './alter.ts';

/** How a worker ends at a point: killed, or frozen and continued long after its leases expired. */
export type Ending = 'killed' | 'frozen';

export type CrashPoint = {
  name: string;
  /** Where it is, in words. */
  when: string;
  alteration: (ending: Ending) => Alteration;
  /**
   * How the event ends that was being handled, by the policy for uncertain turns, and how often Typebot was asked with it. `frozen` where
   * waking up makes a difference.
   */
  atMostOnce: Expectation;
  atLeastOnce: Expectation;
};

/** `calls`: requests that carried its words, for each ending. */
export type Expectation = { final: 'answered' | 'uncertain'; calls: number };

/** The words that a worker at such a point stumbles over. It does so once: what comes after is another worker's. */
export const stone = 'stone';

const once = (value: string, ending: Ending): string => {
  const signal = ending === 'killed' ? 'SIGKILL' : 'SIGSTOP';
  return `if (!globalThis.__stumbled && JSON.stringify(${value}).includes('${stone}')) { globalThis.__stumbled = true; process.kill(process.pid, '${signal}'); }`;
};

const answered: Expectation = { final: 'answered', calls: 1 };
const lost: Expectation = { final: 'uncertain', calls: 0 };
const unheard: Expectation = { final: 'uncertain', calls: 1 };
const again: Expectation = { final: 'answered', calls: 2 };

const turn = 'apps/worker/src/converse/turn.ts';
const write = 'apps/worker/src/converse/write.ts';
const reader = 'apps/worker/src/ingest/inbound-reader.ts';
const ask = 'input = await callTypebot(next.ask, admission, committedAt, context, deps);';
const ingestAndPop = 'const chats = await ingestBatch(ports, queueKey, jobs);';
const ingest = 'packages/db/src/conversations/ingest.ts';
const insertEvents = 'await inTransaction(sql, (transaction) => Promise.all(insertEvents(transaction, arrivals)));';
const pop = 'await list.pop(jobs.map(({ id }) => id));';
const loaded = 'if (loaded === null) return false;';
const published =
  'if (reply && committed && committed.dispatchedSeq !== null) void deps.publish({ ...reply, seq: committed.dispatchedSeq });';

export const crashPoints: readonly CrashPoint[] = [
  {
    name: 'C2',
    when: 'with fetched jobs, before they are in inboxes',
    alteration: (ending) => ({ file: reader, from: ingestAndPop, to: `${once('jobs', ending)} ${ingestAndPop}` }),
    atMostOnce: answered,
    atLeastOnce: answered,
  },
  {
    name: 'C3',
    when: 'in the middle of putting events into inboxes',
    alteration: (ending) => ({
      file: ingest,
      from: insertEvents,
      to: `await inTransaction(sql, async (transaction) => {
        const all = await Promise.all(insertEvents(transaction, arrivals)); ${once('arrivals', ending)} return all; });`,
    }),
    atMostOnce: answered,
    atLeastOnce: answered,
  },
  {
    name: 'C4',
    when: 'after events are in inboxes, before their jobs are gone',
    alteration: (ending) => ({ file: reader, from: pop, to: `${once('jobs', ending)} ${pop}` }),
    atMostOnce: answered,
    atLeastOnce: answered,
  },
  {
    name: 'C5',
    when: 'with an acquired conversation, before anything is decided',
    alteration: (ending) => ({ file: turn, from: loaded, to: `${loaded} ${once('loaded.head', ending)}` }),
    atMostOnce: answered,
    atLeastOnce: answered,
  },
  {
    name: 'C6',
    when: 'with a recorded call, before it is made',
    alteration: (ending) => ({ file: turn, from: ask, to: `${once('loaded.head', ending)} ${ask}` }),
    atMostOnce: lost,
    atLeastOnce: answered,
  },
  {
    name: 'C7',
    when: 'while Typebot is processing its call',
    alteration: (ending) => ({
      file: turn,
      from: ask,
      to: `const answer = callTypebot(next.ask, admission, committedAt, context, deps);
        await new Promise((resolve) => setTimeout(resolve, 50)); ${once('loaded.head', ending)} input = await answer;`,
    }),
    atMostOnce: unheard,
    atLeastOnce: again,
  },
  {
    name: 'C9',
    when: "with Typebot's answer received, before it is recorded",
    alteration: (ending) => ({ file: turn, from: ask, to: `${ask} ${once('loaded.head', ending)}` }),
    atMostOnce: unheard,
    atLeastOnce: again,
  },
  {
    name: 'C11',
    when: 'with the answer recorded, before the reply is dispatched',
    alteration: (ending) => ({
      file: write,
      from: published,
      to: `if (entry.final) { ${once('before.loaded.head', ending)} } ${published}`,
    }),
    atMostOnce: answered,
    atLeastOnce: answered,
  },
];
