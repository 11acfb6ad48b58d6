import { randomUUID } from 'node:crypto';
import type { Conversation, Session, Step, StepContext } from '@typelane/core';
import type { Commit, Committed, Loaded, Written } from '@typelane/db';
import { isSilenced } from './context.ts';
import type { TurnDependencies } from './dependencies.ts';

/** Milliseconds from a commit to its call. A process that stood still for longer sends nothing: the recorded time of the call may be over. */
export const sendWithinMs = 5_000;

/** What the step was decided on. */
type Before = { loaded: Loaded; state: Conversation; version: number };

/** Commits a step and publishes its reply. Null: another worker has the conversation, and nothing was written. */
export async function write(next: Step, before: Before, context: StepContext, deps: TurnDependencies): Promise<Written | null> {
  const reply = next.say.length > 0 ? replyOf(next, before, context) : null;
  const entry = { ...entryOf(next, before, context, deps.times), reply };
  const commit = commitFor(next, before.state, context, deps.store);
  const committed = await commitReviewed(entry, commit, before.loaded, context, deps);
  if (reply && committed && committed.dispatchedSeq !== null) void deps.publish({ ...reply, seq: committed.dispatchedSeq });
  return committed;
}

/** Commits a step that says nothing, for an event that was not parsed. */
export async function writeUnread(next: Step, before: Before, { store, times }: TurnDependencies): Promise<Written | null> {
  const committed = await store.commit({ ...entryOf(next, before, { isHeld: true }, times), reply: null });
  return committed === 'unreviewed' ? null : committed;
}

/** Reviews messages from the phone that arrived during the turn before anything is said: a human's message withholds the reply. */
async function commitReviewed(
  entry: Commit,
  commit: (entry: Commit) => Promise<Committed>,
  { conversationId, head }: Loaded,
  context: StepContext,
  { store }: TurnDependencies,
): Promise<Written | null> {
  let current = entry;
  for (;;) {
    const committed = await commit(current);
    if (committed !== 'unreviewed') return committed;
    const behind = await store.loadLaterEvents(conversationId, head.seq);
    if (behind === null) return null;
    current = isSilenced(behind, false, context) ? withheld(current) : { ...current, reviewedSeq: behind.phoneSeq };
  }
}

function withheld(entry: Commit): Commit {
  const messages = entry.reply && 'messages' in entry.reply && Array.isArray(entry.reply.messages) ? entry.reply.messages.length : 0;
  const final = entry.final && { ...entry.final, transcript: [...entry.final.transcript, { type: 'withheld' as const, messages }] };
  return { ...entry, final, reply: null };
}

/** Which commit the step needs: most are plain; one may also retract replies, or replay what the contact said during a pause. */
function commitFor(
  next: Step,
  before: Conversation,
  { integration }: StepContext,
  store: TurnDependencies['store'],
): (entry: Commit) => Promise<Committed> {
  if (next.retractsReplies) return store.commitRetracting;
  if (integration?.settings.resume.replay !== true || before.status !== 'paused' || next.state.status === 'paused') return store.commit;
  const { sessionId } = before.session;
  if (sessionIn(next.state)?.sessionId !== sessionId) return store.commit;
  return (entry) => store.commitReplaying(entry, sessionId);
}

function entryOf(
  next: Step,
  { loaded, state, version }: Before,
  context: Pick<StepContext, 'isHeld'>,
  times: TurnDependencies['times'],
): Omit<Commit, 'reply'> {
  return {
    commitId: randomUUID(),
    conversationId: loaded.conversationId,
    version,
    state: next.state,
    seq: loaded.head.seq,
    final: next.final && { ...next.final, sessionId: sessionIdOf(next, state), transcript: next.transcript },
    events: next.events,
    openCallMs: next.ask ? sendWithinMs + times.timeoutMs + (next.ask.type === 'inspect' ? 0 : times.quarantineMs) : null,
    quarantineMs: next.quarantine ? times.quarantineMs : null,
    waitMs: next.waitMs === null ? null : Math.max(next.waitMs, next.quarantine ? times.quarantineMs : 0),
    timerAt: next.timerAt,
    // While the bot is silenced, no message from the phone counts as reviewed.
    reviewedSeq: context.isHeld ? -1 : loaded.phoneSeq,
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
}

/** The outbound job without its `seq`, which the commit assigns. */
function replyOf(next: Step, { loaded, state }: Before, context: StepContext) {
  const { head, instance } = context;
  const event = head.kind === 'message' ? head.event : null;
  return {
    schemaVersion: 1 as const,
    replyId: randomUUID(),
    instanceId: instance.instanceId,
    businessId: instance.businessId,
    sessionId: sessionIdOf(next, state),
    to: addressOf(next, state, context, loaded.jid),
    inReplyTo: event?.data.keyId ?? null,
    traceparent: event?.traceparent ?? null,
    messages: next.say.map((message) => ({ id: randomUUID(), ...message })),
  };
}

/** An answer goes to the address that wrote, unchanged. What the bot says unasked goes to the last known address. */
function addressOf(next: Step, before: Conversation, { head }: StepContext, jid: string): string {
  if (head.kind === 'message') return head.event.data.keyRemoteJid;
  if (head.command.type === 'start') return head.command.address;
  return sessionOf(next, before)?.address || jid;
}

function sessionIdOf(next: Step, before: Conversation): string | null {
  return sessionOf(next, before)?.sessionId ?? null;
}

/** The session a step belongs to: the one it opened or ended, else the current one, else the previous one. */
function sessionOf(next: Step, before: Conversation): Session | null {
  return next.sessions.at(-1)?.session ?? sessionIn(next.state) ?? sessionIn(before);
}

function sessionIn(state: Conversation): Session | null {
  switch (state.status) {
    case 'idle':
    case 'ended':
      return null;
    case 'waiting':
    case 'paused':
      return state.session;
    case 'calling':
    case 'due':
      return state.turn.session;
  }
}
