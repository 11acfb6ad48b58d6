import { randomUUID } from 'node:crypto';
import {
  type BotCall,
  type BotOutcome,
  type Conversation,
  type Happening,
  type InboundMessage,
  type Integration,
  type Step,
  step,
  type StepContext,
} from '@typelane/core';
import type { Commit, Committed, Loaded } from '@typelane/db';
import type { Log } from '@typelane/runtime';
import { addressOf, replyOf } from './reply.ts';
import { abandon } from './abandon.ts';
import { type Bulkhead, fullHostMs } from './bulkhead.ts';
import type { Integrations } from './integrations.ts';
import { sessionIdOf } from './session-id.ts';

/** What a turn needs from outside. */
export type TurnPorts = {
  load(conversationId: string): Promise<Loaded | null>;
  commit(step: Commit): Promise<Committed>;
  commitTakingBack(step: Commit): Promise<Committed>;
  /** Asks Typebot. `sendBefore` (performance.now()): later than that nothing is sent. */
  ask(call: BotCall, options: { sendBefore: number; traceparent: string | null }): Promise<BotOutcome>;
  publish(reply: Record<string, unknown>): void;
  /** Rings for the chat later. */
  ringIn(chat: { instanceId: string; conversationId: string }, delayMs: number): void;
  integrations: Integrations;
  /** What the message at the head says, made ready for the bot. It does not throw. */
  read(loaded: Loaded, integration: Integration | null): Promise<InboundMessage>;
  bulkhead: Bulkhead;
  log: Log;
};

/** Milliseconds. */
export type TurnTimes = { timeoutMs: number; quarantineMs: number };

/** Milliseconds from a commit to its call: if this process stood still for longer, its time may be over and nothing is sent. */
const sendWithinMs = 5_000;

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
  const context = await contextOf(loaded, ports);
  let { state, version } = loaded;
  let happening: Happening = firstHappening(loaded);
  let calls = 0;
  for (;;) {
    const decided = decide(state, happening, context, ports.log);
    // What an abandoned call could still do, it has had the time to do.
    const next = loaded.isAbandoned && calls === 0 ? { ...decided, quarantine: false } : decided;
    const leave = next.ask ? ports.bulkhead.enter(next.ask.typebotURL, calls > 0) : null;
    if (next.ask && !leave) return waitForRoom(loaded, ports);
    try {
      const committedAt = performance.now();
      const committed = await write(next, { loaded, state, version }, context, ports, times);
      if (committed === null) {
        ports.log.info({ conversationId, seq: loaded.head.seq }, 'turn.lost');
        return false;
      }
      if (next.final) logTurn(ports.log, loaded, next, { calls, startedAt, from: loaded.state.status });
      if (next.ask === null) return goOn(next, committed, loaded, ports, times);
      ({ state } = next);
      ({ version } = committed);
      calls += 1;
      happening = await ports.ask(next.ask, { sendBefore: committedAt + sendWithinMs, traceparent: traceparentOf(context) });
    } finally {
      leave?.();
    }
  }
}

/** Nothing was written: the event stays at the head of its inbox, and the slot goes to a chat of another host. */
function waitForRoom({ conversationId, instance }: Loaded, ports: TurnPorts): boolean {
  ports.ringIn({ instanceId: instance.instanceId, conversationId }, fullHostMs);
  return false;
}

async function contextOf(loaded: Loaded, { integrations, read }: TurnPorts): Promise<StepContext> {
  const { head, instance, isHeld, isEcho, now } = loaded;
  const integration = integrations.read(loaded.integration);
  return {
    head: {
      seq: head.seq,
      messageId: head.messageId,
      ...(head.kind === 'message'
        ? { kind: head.kind, event: head.event, message: await read(loaded, integration) }
        : { kind: head.kind, command: head.event }),
    } as StepContext['head'],
    instance,
    integration,
    isHeld,
    isEcho,
    now,
    freshSessionId: randomUUID(),
  };
}

function traceparentOf({ head }: StepContext): string | null {
  return head.kind === 'message' ? (head.event.traceparent ?? null) : null;
}

function firstHappening({ state, isAbandoned }: Loaded): Happening {
  if (isAbandoned) return { type: 'uncertain', cause: 'worker_lost' };
  return { type: state.status === 'due' ? 'due' : 'taken' };
}

/** A step that throws is a defect. Its event is given up, so that it cannot hold up the chat for ever. */
function decide(state: Conversation, happening: Happening, context: StepContext, log: Log): Step {
  try {
    return step(state, happening, context);
  } catch (error) {
    log.error({ err: error, seq: context.head.seq, status: state.status, happening: happening.type }, 'step.failed');
    return abandon(state);
  }
}

type Before = { loaded: Loaded; state: Conversation; version: number };

async function write(next: Step, before: Before, context: StepContext, ports: TurnPorts, times: TurnTimes): Promise<Committed> {
  const { loaded, version } = before;
  const reply = next.say.length > 0 ? replyOf(next, before.state, context, addressOf(context, loaded.jid)) : null;
  const entry: Commit = {
    commitId: randomUUID(),
    conversationId: loaded.conversationId,
    version,
    state: next.state,
    seq: loaded.head.seq,
    final: next.final && { ...next.final, sessionId: sessionIdOf(next, before.state), transcript: next.transcript },
    openCallMs: next.ask ? sendWithinMs + times.timeoutMs + times.quarantineMs : null,
    quietMs: next.quarantine ? times.quarantineMs : null,
    waitMs: next.waitMs === null ? null : Math.max(next.waitMs, next.quarantine ? times.quarantineMs : 0),
    reply,
    sessions: next.sessions.map(({ session, status, reason }) => ({
      sessionId: session.sessionId,
      instanceId: loaded.instance.instanceId,
      keyRemoteJid: loaded.jid,
      typebotIntegrationId: session.typebotIntegrationId,
      status,
      reason,
      bot: session.bot,
    })),
  };
  const committed = await (next.takesBack ? ports.commitTakingBack(entry) : ports.commit(entry));
  if (reply && committed && committed.handedSeq !== null) ports.publish({ ...reply, seq: committed.handedSeq });
  return committed;
}

function goOn(
  next: Step,
  committed: NonNullable<Committed>,
  { conversationId, instance }: Loaded,
  ports: TurnPorts,
  times: TurnTimes,
): boolean {
  const chat = { instanceId: instance.instanceId, conversationId };
  if (next.final === null) {
    ports.ringIn(chat, Math.max(next.waitMs ?? 0, next.quarantine ? times.quarantineMs : 0));
    return false;
  }
  if (committed.more && next.quarantine) ports.ringIn(chat, times.quarantineMs);
  return committed.more;
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
