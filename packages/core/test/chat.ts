import {
  type BotReply,
  type Command,
  type Conversation,
  type StepInput,
  type InboundEvent,
  interruption,
  isJoinable,
  readInbound,
  type Settings,
  step,
  type Step,
  type StepContext,
} from '../src/index.ts';
import { contextOf } from './scenario.ts';

/** What comes into the inbox of a chat. `isEcho`: a message of ours that comes back. */
export type Item = { kind: 'message'; event: InboundEvent; isEcho: boolean } | { kind: 'command'; command: Command };

/** How Typebot takes a call. To a start `started` is added. */
export type Outcome = Exclude<StepInput, { type: 'received' | 'due' | 'replied' }> | { type: 'replied'; reply: BotReply };

/** One step that was written. `item`: the head it was decided for. */
export type Written<I extends Item> = { item: I; before: Conversation; context: StepContext; happening: StepInput; step: Step };

/**
 * A chat as the worker keeps it, without its servers: an inbox, one step after another, a clock that moves when the chat waits.
 * `outcomes` are taken in turn and again from the first.
 */
export function chat<I extends Item>(settings: Settings, outcomes: readonly Outcome[]) {
  let state: Conversation = { status: 'idle' };
  let now = Date.UTC(2026, 0, 15, 12);
  let calls = 0;
  let sessions = 0;
  const inbox: Arrived<I>[] = [];
  const written: Written<I>[] = [];

  const load = ({ item: head }: Arrived<I>): StepContext => {
    const base = contextOf({ freshSessionId: `s-${(sessions += 1)}`, now });
    const integration = base.integration && { ...base.integration, settings };
    const given = { ...base, integration, isHeld: isHeld(behindOf(inbox), state, integration, now) };
    if (head.kind === 'command') return { ...given, head: { ...base.head, kind: 'command', command: head.command } };
    const message = readInbound(head.event);
    const burst = settings.debounceMs > 0 ? burstAt(inbox, settings) : null;
    return { ...given, head: { ...base.head, kind: 'message', event: head.event, message }, isEcho: head.isEcho, burst };
  };
  const write = (item: I, before: Conversation, context: StepContext, happening: StepInput): Step | number => {
    const next = step(before, happening, context);
    if ('type' in next) return next.ms;
    written.push({ item, before, context, happening, step: next });
    state = next.state;
    if (next.final) inbox.splice(0, next.events);
    return next;
  };
  /** One turn. Returns the milliseconds to wait before the next; null when the inbox is empty. */
  const turn = (arriving: () => I | undefined): number | null => {
    const [head] = inbox;
    if (!head) return null;
    const context = load(head);
    let next = write(head.item, state, context, { type: state.status === 'due' ? 'due' : 'received' });
    while (typeof next !== 'number' && next.ask) {
      const outcome = outcomes[calls % outcomes.length];
      calls += 1;
      if (!outcome) throw new Error('No outcome is given');
      const meanwhile = calls % 3 === 0 ? arriving() : undefined;
      if (meanwhile) inbox.push({ item: meanwhile, at: now });
      next = write(head.item, state, context, answerTo(next.ask.type, outcome, calls));
    }
    return typeof next === 'number' ? next : (next.waitMs ?? 0);
  };

  return {
    written,
    state: () => state,
    now: () => now,
    left: () => inbox.length,
    arrive: (item: I) => void inbox.push({ item, at: now }),
    passes: (ms: number) => void (now += ms),
    /** Handles what is there. `arriving`: what comes in meanwhile, if anything. */
    settle(arriving: () => I | undefined): void {
      for (let turns = 0, ms = turn(arriving); ms !== null; ms = turn(arriving)) {
        now += ms;
        if ((turns += 1) > 1_000) throw new Error('The chat does not come to rest');
      }
    },
  };
}

function answerTo(call: 'start' | 'continue' | 'inspect', outcome: Outcome, nth: number): StepInput {
  if (call === 'inspect') return outcome.type === 'inspected' || outcome.type === 'notInspected' ? outcome : lookedUp(nth);
  if (outcome.type === 'inspected' || outcome.type === 'notInspected') return { type: 'uncertain', cause: 'timeout' };
  if (outcome.type !== 'replied' || call === 'continue') return outcome;
  return {
    type: 'replied',
    reply: { ...outcome.reply, started: { typebotSessionId: `tb-${nth}`, resultId: 'r', typebotId: 't', typing: null } },
  };
}

/** A result that tells nothing, one way or the other, or nobody who could tell. */
function lookedUp(nth: number): StepInput {
  const result = {
    answers: nth % 2 === 0 ? [] : [{ blockId: 'in-1' }],
    isCompleted: nth % 5 === 0,
    lastChatSessionId: null,
    hasBlock: true,
  };
  return nth % 3 === 0 ? { type: 'notInspected', cause: 'http_500', mayPass: true } : { type: 'inspected', result };
}

type Arrived<I extends Item> = { item: I; at: number };

function behindOf(inbox: readonly Arrived<Item>[]): Item[] {
  return inbox.slice(1).map(({ item }) => item);
}

/** As the worker sees it: a pause or close, the human, and, where a turn waits, a keyword. */
function isHeld(later: readonly Item[], state: Conversation, integration: StepContext['integration'], now: number): boolean {
  const holdsReplies = (item: Item) => item.kind === 'command' && (item.command.type === 'pause' || item.command.type === 'close');
  const messages = later.flatMap((item) => (item.kind === 'message' ? [{ event: item.event, isKnownKey: item.isEcho }] : []));
  const counted = state.status === 'due' ? messages : messages.filter(({ event }) => event.data.keyFromMe === true);
  return later.some(holdsReplies) || interruption(counted, { sends: [], chat: { jid: '', participant: null }, integration, now }) !== null;
}

function burstAt(inbox: readonly Arrived<Item>[], settings: Settings): StepContext['burst'] {
  const end = inbox.findIndex(({ item }) => item.kind !== 'message' || !isJoinable(readInbound(item.event), settings));
  const joined = inbox.slice(0, end === -1 ? inbox.length : end);
  const [first, last] = [joined[0], joined.at(-1)];
  if (!first || !last) return null;
  const texts = joined.map(({ item }) => (item.kind === 'message' ? String(item.event.data.content['text']) : ''));
  return { texts, firstAt: first.at, lastAt: last.at, isClosed: end !== -1 };
}
