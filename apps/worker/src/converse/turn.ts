import {
  type BotCall,
  type BotInquiry,
  type BotOutcome,
  type Command,
  type Conversation,
  type StepInput,
  type InboundMessage,
  type InquiryOutcome,
  type Integration,
  type Deferred,
  type Matches,
  type Step,
  step,
  type StepContext,
} from '@typelane/core';
import type { Commit, Committed, Loaded, WaitingRow, Written } from '@typelane/db';
import type { Log } from '@typelane/runtime';
import { giveUpStep } from './abandon.ts';
import type { Breakers } from './breaker.ts';
import type { Bulkhead } from './bulkhead.ts';
import { contextOf } from './context.ts';
import type { Integrations } from './integrations.ts';
import { mergeFirst } from './merge-first.ts';
import { type Admission, admit } from './admission.ts';
import { sendWithinMs, write } from './write.ts';

/** What a turn needs from outside. */
export type TurnPorts = {
  load(conversationId: string): Promise<Loaded | null>;
  commit(step: Commit): Promise<Committed>;
  commitRetracting(step: Commit): Promise<Committed>;
  /** Writes a step that hands the chat back to the bot, and puts into its inbox again what the contact said meanwhile. */
  commitReplaying(step: Commit, sessionId: string): Promise<Committed>;
  /** What stands behind `seq`, looked at again because words from the phone came in. Null: the chat is gone. */
  loadLaterEvents(conversationId: string, seq: number): Promise<Pick<Loaded, 'phoneSeq' | 'later' | 'sends'> | null>;
  /** The events from `seq` on, the oldest first: what a burst is made of. */
  waitingFrom(conversationId: string, seq: number): Promise<WaitingRow[]>;
  /** Hands out the chat's next reply, which a pause or close had kept back. */
  dispatchNext(conversationId: string): void;
  matches: Matches;
  /** Joins the conversation this one follows into it; false while that one is at work. */
  mergeConversations(conversationId: string): Promise<boolean>;
  /** Asks Typebot. `sendBefore` (performance.now()): later than that nothing is sent. */
  ask(call: BotCall, options: { sendBefore: number; traceparent: string | null }): Promise<BotOutcome>;
  /** Reads what Typebot has kept, to find out whether it heard. */
  inspect(inquiry: BotInquiry, instanceId: string, integration: Integration | null): Promise<InquiryOutcome>;
  publish(reply: Record<string, unknown>): void;
  /** Rings for the chat later. */
  wakeIn(chat: { instanceId: string; conversationId: string }, delayMs: number): void;
  integrations: Integrations;
  /** What the message at the head says, made ready for the bot. It does not throw. Null: not now, and the chat is woken when it can be. */
  read(loaded: Loaded, integration: Integration | null): Promise<InboundMessage | null>;
  bulkhead: Bulkhead;
  breakers: Breakers;
  log: Log;
};

/** Milliseconds. */
export type TurnTimes = { timeoutMs: number; quarantineMs: number };

/**
 * Carries the oldest unhandled event of one chat to its end, as far as it can go now. Returns true when another event waits.
 *
 * Each step is committed before its question is asked, so a crash leaves `calling` on record and never a silent second call.
 * A commit that finds another version ends the turn: somebody else has the chat.
 */
export async function turn(conversationId: string, ports: TurnPorts, times: TurnTimes): Promise<boolean> {
  const startedAt = performance.now();
  const loaded = await ports.load(conversationId);
  if (loaded === null) return false;
  if (loaded.mustMerge) return mergeFirst(loaded, ports);
  const context = await contextOf(loaded, ports);
  if (context === null) return false;
  let { state, version } = loaded;
  let input: StepInput = firstInput(loaded);
  let calls = 0;
  for (;;) {
    const decided = decide(state, input, context, ports.log);
    if ('type' in decided) return retryLater(loaded, decided.ms, ports);
    // What an abandoned call could still do, it has had the time to do.
    const next = loaded.isAbandoned && calls === 0 ? { ...decided, quarantine: false } : decided;
    const admission = next.ask && admit(next.ask, next.state, loaded, calls > 0, ports);
    if (admission?.type === 'deferred') return retryLater(loaded, admission.inMs, ports);
    try {
      const committedAt = performance.now();
      const committed = await write(next, { loaded, state, version }, context, ports, times);
      if (committed === null) {
        ports.log.info({ conversationId, seq: loaded.head.seq }, 'turn.lost');
        return false;
      }
      if (next.final) logTurn(ports.log, loaded, next, { calls, startedAt, from: loaded.state.status });
      if (next.ask === null || admission === null) return goOn(next, committed, loaded, ports, times);
      ({ state } = next);
      ({ version } = committed);
      calls += 1;
      input = await answerTo(next.ask, admission, committedAt, context, ports);
    } finally {
      admission?.leave();
    }
  }
}

/** Nothing was written: the event stays at the head of its inbox, and the slot goes to another chat. Null: it is rung for already. */
function retryLater({ conversationId, instance }: Loaded, inMs: number | null, ports: TurnPorts): boolean {
  if (inMs !== null) ports.wakeIn({ instanceId: instance.instanceId, conversationId }, Math.ceil(inMs));
  return false;
}

type Admitted = Extract<Admission, { type: 'room' }>;

function answerTo(
  asked: BotCall | BotInquiry,
  admission: Admitted,
  committedAt: number,
  context: StepContext,
  ports: TurnPorts,
): Promise<StepInput> {
  if (asked.type === 'inspect') return ports.inspect(asked, context.instance.instanceId, context.integration);
  return admission.ask(() => ports.ask(asked, { sendBefore: committedAt + sendWithinMs, traceparent: traceparentOf(context) }));
}

function traceparentOf({ head }: StepContext): string | null {
  return head.kind === 'message' ? (head.event.traceparent ?? null) : null;
}

function firstInput({ state, isAbandoned }: Loaded): StepInput {
  if (isAbandoned) return { type: 'uncertain', cause: 'worker_lost' };
  return { type: state.status === 'due' ? 'due' : 'received' };
}

/** A step that throws is a defect. Its event is given up, so that it cannot hold up the chat for ever. */
function decide(state: Conversation, input: StepInput, context: StepContext, log: Log): Step | Deferred {
  try {
    return step(state, input, context);
  } catch (error) {
    log.error({ err: error, seq: context.head.seq, status: state.status, input: input.type }, 'step.failed');
    return giveUpStep(state, 'internal_error');
  }
}

function goOn(next: Step, committed: Written, { conversationId, instance, head }: Loaded, ports: TurnPorts, times: TurnTimes): boolean {
  const chat = { instanceId: instance.instanceId, conversationId };
  if (next.final === null) {
    ports.wakeIn(chat, Math.max(next.waitMs ?? 0, next.quarantine ? times.quarantineMs : 0));
    // What came in during the call may silence the turn before its time.
    return committed.more;
  }
  if (head.kind === 'command' && holdsReplies(head.event as Command)) ports.dispatchNext(conversationId);
  // Also for what comes in meanwhile: its own ring finds the chat quiet and is over.
  if (next.quarantine) ports.wakeIn(chat, times.quarantineMs);
  return committed.more;
}

/** Nothing was handed out while it waited, and not every one takes back what is there. */
function holdsReplies({ type }: Command): boolean {
  return type === 'pause' || type === 'close';
}

/** The canonical line of a turn. Never what was said in it. */
function logTurn(
  log: Log,
  loaded: Loaded,
  next: Step,
  { calls, startedAt, from }: { calls: number; startedAt: number; from: string },
): void {
  const { conversationId, head, instance, now } = loaded;
  log.info(
    {
      conversationId,
      instanceId: instance.instanceId,
      seq: head.seq,
      kind: head.kind,
      final: next.final?.type,
      reason: next.final && 'reason' in next.final ? next.final.reason : undefined,
      from,
      to: next.state.status,
      calls,
      messages: next.say.length,
      durationMs: Math.round(performance.now() - startedAt),
      at: Math.round(now),
    },
    'turn.done',
  );
}
