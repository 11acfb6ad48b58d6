import {
  type BotCall,
  type BotOutcome,
  type Conversation,
  type StepInput,
  readInbound,
  type Settings,
  step,
  type Step,
} from '../../src/index.ts';
import { contextOf, textsOf } from '../scenario.ts';
import { type Bug, type Head, type Item, type Reply, type Store, times } from './store.ts';

export type Ports = {
  clock: { now: number };
  settings: Settings;
  bug: Bug | null;
  freshSessionId(): string;
  /** The request leaves now; the outcome is known at `at`. */
  ask(call: BotCall, seq: number): { at: number; outcome: BotOutcome };
  publish(reply: Reply): void;
};

/**
 * One turn of a worker. Each `yield` is a moment where others may act, where it may freeze, and where it may die; the number it yields is
 * the time before which it cannot go on.
 */
export function* turn(store: Store, ports: Ports): Generator<number, void> {
  const { clock } = ports;
  yield 0;
  const head = store.load();
  if (!head) return;
  yield 0;
  let { state, version } = head;
  let happening: StepInput = { type: state.status === 'due' ? 'due' : 'received' };
  if (head.isAbandoned) happening = { type: 'uncertain', cause: 'worker_lost' };
  if (state.status === 'calling' && ports.bug === 'a call found open is fresh') {
    state = { status: 'due', turn: state.turn, dueAt: clock.now };
    happening = { type: 'due' };
  }
  const context = contextAt(head, ports);
  for (let calls = 0; ; calls += 1) {
    const decided = step(state, happening, context);
    if ('type' in decided) return;
    const next = head.isAbandoned && calls === 0 ? { ...decided, quarantine: false } : decided;
    const committedAt = clock.now;
    yield 0;
    const written = save(next, head, version, context.isHeld, store);
    if (!written) return;
    yield 0;
    if (written.dispatched) ports.publish(written.dispatched);
    if (next.final && head.item.kind === 'command' && head.item.command.type === 'pause') publishNext(store, ports);
    if (!next.ask) return;
    if (next.ask.type === 'inspect') throw new Error('Nobody gave a token, so nothing can be looked up');
    ({ state } = next);
    ({ version } = written);
    yield 0;
    if (clock.now > committedAt + times.sendWithinMs) {
      happening = { type: 'notSent', cause: 'late', retryAfterMs: null };
      continue;
    }
    const { at, outcome } = ports.ask(next.ask, head.seq);
    yield at;
    happening = outcome;
  }
}

function save(next: Step, head: Head, version: number, isHeld: boolean, store: Store) {
  const texts = textsOf(next.say);
  const written = store.commit(next, { seq: head.seq, version }, texts, isHeld ? -1 : head.phoneSeq);
  if (written !== 'unreviewed') return written;
  // Every message from the phone is a human's here, so it has the last word.
  store.row.silenced.add(head.seq);
  const withheld = store.commit(next, { seq: head.seq, version }, [], 0);
  return withheld === 'unreviewed' ? null : withheld;
}

function publishNext(store: Store, ports: Ports): void {
  const reply = store.dispatchNext();
  if (reply) ports.publish(reply);
}

function contextAt({ seq, item, later }: Head, { clock, settings, freshSessionId }: Ports) {
  const base = contextOf({ freshSessionId: freshSessionId(), now: clock.now });
  const integration = base.integration && { ...base.integration, settings };
  const isHeld = later.some(silences);
  const head = { seq, messageId: `row-${seq}` };
  if (item.kind === 'command') return { ...base, integration, isHeld, head: { ...head, kind: 'command' as const, command: item.command } };
  return { ...base, integration, isHeld, head: { ...head, kind: 'message' as const, event: item.event, message: readInbound(item.event) } };
}

function silences(item: Item): boolean {
  return item.kind === 'message' ? item.isHuman : item.command.type === 'pause';
}

export function sessionIn(state: Conversation): string {
  return state.status === 'waiting' || state.status === 'paused' ? state.session.sessionId : 'none';
}
