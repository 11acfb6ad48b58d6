import { type Settings, settingsSchema } from '../../src/index.ts';
import { said } from '../scenario.ts';
import { faultsAtTheEnd } from './checker.ts';
import { type Bug, createStore, type Item, type Reply, type Store } from './store.ts';
import { type Answer, createTypebot } from './typebot.ts';
import { type Ports, sessionIn, turn } from './worker.ts';

type Job = { reply: Reply; isDone: boolean };

/** `isStarted`: the bot has said hello already, and waits. */
export type Setting = {
  delivery: Settings['delivery'];
  expireAfterMinutes: number;
  answers: readonly Answer[];
  isStarted: boolean;
  bug: Bug | null;
};

/** A chat, three workers, Typebot, the outbound queue and its consumer, with one clock. */
export function createWorld({ answers, isStarted, bug, ...rest }: Setting) {
  const settings = settingsSchema.parse({ ...rest, pause: { resumeAfterMinutes: 5 }, staleAfterMinutes: 0 });
  const clock = { now: Date.UTC(2026, 0, 15, 12) };
  const faults: string[] = [];
  const store = createStore(clock, bug, faults);
  const typebot = createTypebot(clock, answers, faults);
  const queue = new Map<number, Job>();
  const delivered: Reply[] = [];
  const workers: { steps: Generator<number, void> | null; notBefore: number }[] = [0, 1, 2].map(() => ({ steps: null, notBefore: 0 }));
  let ids = 0;

  const publish = (next: Reply): void => {
    if (!queue.has(next.seq)) queue.set(next.seq, { reply: next, isDone: false });
  };
  const ports: Ports = { clock, settings, bug, freshSessionId: () => `s-${(ids += 1)}`, ask: typebot.ask, publish };

  const world = {
    store,
    faults,
    pass: (ms: number) => void (clock.now += ms),
    comes: (what: 'text' | 'human' | 'pause' | 'open' | 'again'): void => {
      const key = what === 'again' ? (store.row.inbox.at(-1)?.key ?? 'K0') : `K${(ids += 1)}`;
      store.ingest(itemOf(what, key, store, clock.now));
    },
    /** One move of a worker, if it has one. */
    moves(place: number): void {
      const worker = workers[place];
      if (!worker || worker.notBefore > clock.now) return;
      worker.steps ??= turn(store, ports);
      const moved = worker.steps.next();
      if (moved.done) Object.assign(worker, { steps: null, notBefore: 0 });
      else worker.notBefore = moved.value;
    },
    /** It dies, and another takes its place. What it had asked Typebot goes on there. */
    dies(place: number): void {
      workers[place] = { steps: null, notBefore: 0 };
    },
    consumes(): void {
      const job = [...queue.values()].find(({ isDone }) => !isDone);
      if (!job) return;
      job.isDone = true;
      delivered.push(job.reply);
    },
    /** The receipts of all that was consumed are read, those read before as well. */
    acknowledges(): void {
      for (const { reply: sent, isDone } of queue.values()) {
        const next = isDone ? store.acknowledge(sent.seq) : null;
        if (next) publish(next);
      }
    },
    rings: () => store.fireTimer(),
    /** All goes well from now on, for as long as it takes. */
    drain(): void {
      typebot.isWell(true);
      for (let turns = 0; turns < 2_000 && !isAtRest(store); turns += 1) {
        for (const place of workers.keys()) world.moves(place);
        world.consumes();
        world.acknowledges();
        sweep(store, publish);
        world.pass(1_000);
      }
      if (!isAtRest(store)) faults.push('I14: the chat does not come to rest');
      faults.push(...faultsAtTheEnd(store, typebot.arrivals, delivered, rest.delivery));
      typebot.isWell(false);
    },
  };
  if (isStarted) {
    world.comes('text');
    world.drain();
  }
  return world;
}

export type World = ReturnType<typeof createWorld>;

/** A reply that was handed out and is on no queue is published, and one that nobody handed out is. */
function sweep(store: Store, publish: (reply: Reply) => void): void {
  const { row } = store;
  const next = row.outbox.find(({ seq }) => seq === row.ackedSeq + 1);
  if (next && next.seq <= row.dispatchedSeq) publish(next);
  const dispatched = store.dispatchNext();
  if (dispatched) publish(dispatched);
}

function isAtRest({ row }: Store): boolean {
  return row.handledSeq === row.inbox.length && row.ackedSeq === row.outbox.length;
}

function itemOf(what: 'text' | 'human' | 'pause' | 'open' | 'again', key: string, { row }: Store, now: number): Item {
  const data = { keyId: key, messageTimestamp: Math.floor(now / 1_000) };
  const sessionId = sessionIn(row.state);
  if (what === 'pause') return { key, kind: 'command', command: { type: 'pause', sessionId } };
  if (what === 'open')
    return { key, kind: 'command', command: { type: 'open', sessionId, snapshot: { typebotIntegrationId: 'int-1', bot: null } } };
  const isHuman = what === 'human';
  return { key, kind: 'message', event: said(`text ${key}`, { ...data, keyFromMe: isHuman }), isHuman };
}
