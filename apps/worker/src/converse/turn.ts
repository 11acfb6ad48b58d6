import {
  type BotCall,
  type BotInquiry,
  type Command,
  type Conversation,
  type Deferred,
  type Step,
  step,
  type StepContext,
  type StepInput,
} from '@typelane/core';
import { isDatabaseAway, type Loaded, type Written } from '@typelane/db';
import type { Log } from '@typelane/runtime';
import { type Admission, admit } from './admission.ts';
import type { Redelivery } from './concurrency-limiter.ts';
import { contextOf } from './context.ts';
import type { TurnDependencies } from './dependencies.ts';
import { giveUpEvent, giveUpStep } from './give-up.ts';
import { inspect } from './inspect.ts';
import { sendWithinMs, write } from './write.ts';

/** Redeliveries of one event whose worker disappeared. The last of them gives the event up. */
const deliveryAttemptsMax = 3;

/** Milliseconds until a conversation checks again whether the one to be merged into it has ended its turn. */
const mergeRetryMs = 1_000;

/**
 * Handles the event at the head of a conversation's inbox. Returns true when another event waits.
 *
 * - `swept`: the sweep found the conversation untouched, so its worker may have died of the event. The attempt is counted before the event
 *   is loaded. The third attempt gives the event up, so that it does not kill a fourth process.
 * - `overdue`: a new message arrived behind such an event. It is counted only if no attempt was counted before; otherwise the conversation
 *   is left to the sweep, or each new message could kill a process.
 * - null: an ordinary wake-up. It is not counted, because that would add a round trip to every turn.
 */
export async function runTurn(conversationId: string, redelivery: Redelivery, deps: TurnDependencies): Promise<boolean> {
  const { store } = deps;
  if (redelivery === 'overdue' && !(await store.countFirstDeliveryAttempt(conversationId))) return false;
  const deliveryAttempts = redelivery === 'swept' ? await store.countDeliveryAttempt(conversationId) : 0;
  if (deliveryAttempts >= deliveryAttemptsMax) return giveUpEvent(conversationId, deps);
  const isCounted = deliveryAttempts > 0 || redelivery === 'overdue';
  try {
    const more = await turn(conversationId, deps);
    if (isCounted) await store.resetDeliveryAttempts(conversationId);
    return more;
  } catch (error) {
    if (isCounted && isDatabaseAway(error)) await store.resetDeliveryAttempts(conversationId);
    throw error;
  }
}

/**
 * Repeats load, step, commit and call until the event has ended or has to wait.
 *
 * Each step is committed before its call is made, so a crash leaves `calling` on record and never causes a silent second call.
 * A commit that finds another version ends the turn: another worker has the conversation.
 */
async function turn(conversationId: string, deps: TurnDependencies): Promise<boolean> {
  const startedAt = performance.now();
  const loaded = await deps.store.load(conversationId);
  if (loaded === null) return false;
  if (loaded.mustMerge) return mergeFirst(loaded, deps);
  const context = await contextOf(loaded, deps);
  if (context === null) return false;
  let { state, version } = loaded;
  let input = firstInput(loaded);
  let calls = 0;
  for (;;) {
    const decided = decide(state, input, context, deps.log);
    if ('type' in decided) return retryLater(loaded, decided.ms, deps);
    // The quarantine after an abandoned call is over already: `load` waits for it.
    const next = loaded.isAbandoned && calls === 0 ? { ...decided, quarantine: false } : decided;
    const admission = next.ask && admit(next.ask, next.state, loaded, calls > 0, deps);
    if (admission?.type === 'deferred') return retryLater(loaded, admission.inMs, deps);
    try {
      const committedAt = performance.now();
      const committed = await write(next, { loaded, state, version }, context, deps);
      if (committed === null) {
        deps.log.info({ conversationId, seq: loaded.head.seq }, 'turn.lost');
        return false;
      }
      if (next.final) logTurn(deps.log, loaded, next, { calls, startedAt, from: loaded.state.status });
      if (next.ask === null || admission === null) return afterCommit(next, committed, loaded, deps);
      ({ state } = next);
      ({ version } = committed);
      calls += 1;
      input = await callTypebot(next.ask, admission, committedAt, context, deps);
    } finally {
      admission?.leave();
    }
  }
}

/** Merges the conversation that the contact had under another name into this one. True: load again, now with all events. */
async function mergeFirst({ conversationId }: Loaded, { store, wakeIn }: TurnDependencies): Promise<boolean> {
  if (await store.mergeConversations(conversationId)) return true;
  wakeIn(conversationId, mergeRetryMs);
  return false;
}

function firstInput({ state, isAbandoned }: Loaded): StepInput {
  if (isAbandoned) return { type: 'uncertain', cause: 'worker_lost' };
  return { type: state.status === 'due' ? 'due' : 'received' };
}

/** A step that throws is a defect. Its event is given up, so that it does not block the conversation forever. */
function decide(state: Conversation, input: StepInput, context: StepContext, log: Log): Step | Deferred {
  try {
    return step(state, input, context);
  } catch (error) {
    log.error({ err: error, seq: context.head.seq, status: state.status, input: input.type }, 'step.failed');
    return giveUpStep(state, 'internal_error');
  }
}

/** Nothing was written: the event stays at the head of its inbox, and another conversation may run. `inMs` null: something else wakes it. */
function retryLater({ conversationId }: Loaded, inMs: number | null, { wakeIn }: TurnDependencies): boolean {
  if (inMs !== null) wakeIn(conversationId, Math.ceil(inMs));
  return false;
}

function callTypebot(
  asked: BotCall | BotInquiry,
  admission: Extract<Admission, { type: 'admitted' }>,
  committedAt: number,
  context: StepContext,
  deps: TurnDependencies,
): Promise<StepInput> {
  if (asked.type === 'inspect') return inspect(asked, context.instance.instanceId, context.integration, deps);
  return admission.call(() => deps.typebot.ask(asked, { sendBefore: committedAt + sendWithinMs, traceparent: traceparentOf(context) }));
}

function traceparentOf({ head }: StepContext): string | null {
  return head.kind === 'message' ? (head.event.traceparent ?? null) : null;
}

/** The step makes no call: the event has ended, or its turn waits. Returns true when the conversation should be loaded again at once. */
function afterCommit(next: Step, committed: Written, { conversationId, head }: Loaded, deps: TurnDependencies): boolean {
  const { quarantineMs } = deps.times;
  if (next.final === null) {
    deps.wakeIn(conversationId, Math.max(next.waitMs ?? 0, next.quarantine ? quarantineMs : 0));
    // An event that arrived during the call may end the wait early.
    return committed.more;
  }
  if (head.kind === 'command' && holdsReplies(head.event as Command)) void dispatchHeldReply(conversationId, deps);
  // Wake-ups of events that arrive during the quarantine find nothing to do, so one is needed at its end.
  if (next.quarantine) deps.wakeIn(conversationId, quarantineMs);
  return committed.more;
}

/** While these wait in the inbox, no reply is dispatched; not every one of them retracts the replies. */
function holdsReplies({ type }: Command): boolean {
  return type === 'pause' || type === 'close';
}

/** If this fails, the sweep dispatches the reply. */
async function dispatchHeldReply(conversationId: string, { store, publish, log }: TurnDependencies): Promise<void> {
  try {
    for (const { replyId, seq, reply } of await store.dispatchNext(conversationId)) await publish({ ...reply, replyId, seq });
  } catch (error) {
    log.warn({ err: error }, 'dispatch.failed');
  }
}

/** The canonical line of a turn. It holds no words of the contact. */
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
