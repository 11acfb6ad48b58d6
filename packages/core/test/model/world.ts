import { type BotCall, type BotOutcome, type Settings, settingsSchema } from '../../src/index.ts';
import { bubble, reply, said, textInput } from '../scenario.ts';
import { type Bug, createStore, type Item, type Reply, type Store, times } from './store.ts';
import { type Ports, sessionIn, turn } from './worker.ts';

/** How Typebot takes a call. The two lost ones are given up after the timeout; `lostAfter` was heard, and Typebot is busy with it. */
export type Answer = 'replies' | 'lostBefore' | 'lostAfter' | 'resets' | 'notSent' | 'refused' | 'sessionLost';

/** A request that reached Typebot. `until`: when Typebot has done with it. */
type Arrival = { seq: number; kind: BotCall['type']; session: string; at: number; until: number; isHeard: boolean };
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
export function createWorld({ delivery, expireAfterMinutes, answers, isStarted, bug }: Setting) {
  const clock = { now: Date.UTC(2026, 0, 15, 12) };
  const settings = settingsSchema.parse({ delivery, expireAfterMinutes, pause: { resumeAfterMinutes: 5 }, staleAfterMinutes: 0 });
  const faults: string[] = [];
  const store = createStore(clock, bug, faults);
  const arrivals: Arrival[] = [];
  const queue = new Map<number, Job>();
  const delivered: Reply[] = [];
  const workers: { steps: Generator<number, void> | null; notBefore: number }[] = [0, 1, 2].map(() => ({ steps: null, notBefore: 0 }));
  let calls = 0;
  let ids = 0;
  let areWell = false;

  const ask = (call: BotCall, seq: number): { at: number; outcome: BotOutcome } => {
    const answer = areWell ? 'replies' : (answers[calls % answers.length] ?? 'replies');
    calls += 1;
    const session = call.type === 'start' ? `tb-${(ids += 1)}` : call.typebotSessionId;
    const arrives = (isHeard: boolean, ms: number): void => {
      if (arrivals.some((other) => other.session === session && other.until > clock.now))
        faults.push(`I4: two requests at once in ${session}`);
      arrivals.push({ seq, kind: call.type, session, at: clock.now, until: clock.now + ms, isHeard });
    };
    const soon = clock.now + 1_000;
    switch (answer) {
      case 'replies':
        arrives(true, 1_000);
        return { at: soon, outcome: { type: 'replied', reply: answerTo(call, session, seq) } };
      case 'lostBefore':
        arrives(false, times.timeoutMs);
        return { at: clock.now + times.timeoutMs, outcome: { type: 'uncertain', cause: 'timeout' } };
      case 'lostAfter':
        arrives(true, times.timeoutMs + times.quarantineMs - 1);
        return { at: clock.now + times.timeoutMs, outcome: { type: 'uncertain', cause: 'timeout' } };
      case 'resets':
        arrives(true, times.quarantineMs / 2);
        return { at: soon, outcome: { type: 'uncertain', cause: 'connection_reset' } };
      case 'notSent':
        return { at: soon, outcome: { type: 'notSent', cause: 'connection_refused', retryAfterMs: null } };
      case 'refused':
        return { at: soon, outcome: { type: 'refused', cause: 'http_400', status: 400 } };
      case 'sessionLost':
        // Only a session can be lost.
        if (call.type === 'start') return { at: soon, outcome: { type: 'refused', cause: 'http_404', status: 404 } };
        return { at: soon, outcome: { type: 'sessionLost', cause: 'session_not_found' } };
    }
  };
  const publish = (next: Reply): void => {
    if (!queue.has(next.seq)) queue.set(next.seq, { reply: next, isDone: false });
  };
  const ports: Ports = { clock, settings, bug, freshSessionId: () => `s-${(ids += 1)}`, ask, publish };

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
    rings: () => store.ringTimer(),
    /** As the sweep: a reply that was handed out and is on no queue is published, and one that nobody handed out is. */
    sweeps(): void {
      const next = store.row.outbox.find(({ seq }) => seq === store.row.ackedSeq + 1);
      if (next && next.seq <= store.row.handedSeq) publish(next);
      const handed = store.handNext();
      if (handed) publish(handed);
    },
    /** All goes well from now on, for as long as it takes. */
    drain(): void {
      const before = areWell;
      areWell = true;
      for (let turns = 0; turns < 2_000 && !isAtRest(store); turns += 1) {
        for (const place of workers.keys()) world.moves(place);
        world.consumes();
        world.acknowledges();
        world.sweeps();
        world.pass(1_000);
      }
      if (!isAtRest(store)) faults.push('I14: the chat does not come to rest');
      faults.push(...faultsAtTheEnd(store, arrivals, delivered, delivery));
      areWell = before;
    },
  };
  if (isStarted) {
    world.comes('text');
    world.drain();
  }
  return world;
}

export type World = ReturnType<typeof createWorld>;

function isAtRest({ row }: Store): boolean {
  return row.handledSeq === row.inbox.length && row.ackedSeq === row.outbox.length;
}

function answerTo(call: BotCall, session: string, seq: number) {
  const started = call.type === 'start' ? { typebotSessionId: session, resultId: null, typing: { enabled: false } } : null;
  return reply({ bubbles: [bubble(`answer to ${seq}`)], input: textInput, started });
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

function faultsAtTheEnd({ row }: Store, arrivals: readonly Arrival[], delivered: readonly Reply[], delivery: string): string[] {
  const faults: string[] = [];
  const firsts = [...new Set(arrivals.map(({ seq }) => seq))];
  if (firsts.some((seq, i) => seq < (firsts[i - 1] ?? 0))) faults.push(`I3: Typebot was asked for events ${firsts.join(', ')}`);
  const sent = delivered.map(({ seq }) => seq);
  if (sent.some((seq, i) => seq !== i + 1)) faults.push(`I8: replies ${sent.join(', ')} were sent`);
  for (const each of delivered) if (!row.outbox.includes(each)) faults.push(`I9: reply ${each.seq} was never decided`);
  for (const [index, { key, kind }] of row.inbox.entries()) {
    const seq = index + 1;
    const final = row.finals.get(seq);
    const own = arrivals.filter((arrival) => arrival.seq === seq);
    const said = own.filter((arrival) => arrival.kind === 'continue').length;
    if (final === undefined) faults.push(`I1: event ${seq} never ended`);
    if (row.inbox.filter((other) => other.key === key).length > 1) faults.push(`I2: ${key} is twice in the inbox`);
    if (delivery === 'at-most-once' && said > 1) faults.push(`I5: event ${seq} was said ${said} times`);
    if (kind !== 'message' || final !== 'answered') continue;
    if (!own.some(({ isHeard }) => isHeard)) faults.push(`I7: event ${seq} is answered and was never heard`);
    if (delivery === 'at-least-once' && own.length === 0) faults.push(`I6: event ${seq} was never said`);
    const replies = delivered.filter((each) => each.headSeq === seq).length;
    if (replies !== 1 && !(replies === 0 && row.silenced.has(seq))) faults.push(`I8: event ${seq} has ${replies} replies`);
  }
  return faults;
}
