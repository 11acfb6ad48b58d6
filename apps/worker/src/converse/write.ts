import { randomUUID } from 'node:crypto';
import type { Conversation, Step, StepContext } from '@typelane/core';
import type { Commit, Committed, Loaded, Written } from '@typelane/db';
import { isSilenced } from './context.ts';
import { addressOf, replyOf } from './reply.ts';
import { sessionIdOf, sessionIn } from './session-id.ts';
import type { TurnPorts, TurnTimes } from './turn.ts';

/** Milliseconds from a commit to its call: if this process stood still for longer, its time may be over and nothing is sent. */
export const sendWithinMs = 5_000;

/** What a step was decided on. */
export type Before = { loaded: Loaded; state: Conversation; version: number };

/** Commits a step and publishes its reply. Null: somebody else has the chat, and nothing was written. */
export async function write(next: Step, before: Before, context: StepContext, ports: TurnPorts, times: TurnTimes): Promise<Written | null> {
  const reply =
    next.say.length > 0 ? replyOf(next, before.state, context, addressOf(next, before.state, context, before.loaded.jid)) : null;
  const entry = { ...entryOf(next, before, context, times), reply };
  const save = savingOf(next, before.state, context, ports);
  const committed = await writeReviewed(entry, save, before.loaded, context, ports);
  if (reply && committed && committed.dispatchedSeq !== null) ports.publish({ ...reply, seq: committed.dispatchedSeq });
  return committed;
}

/** Commits a step that says nothing, on an event that was not read. */
export async function writeUnread(next: Step, before: Before, ports: TurnPorts, times: TurnTimes): Promise<Written | null> {
  const committed = await ports.commit({ ...entryOf(next, before, { isHeld: true }, times), reply: null });
  return committed === 'unreviewed' ? null : committed;
}

/** Words from the phone that came in meanwhile are looked at before anything is said: a human's have the last word. */
async function writeReviewed(
  entry: Commit,
  save: (entry: Commit) => Promise<Committed>,
  { conversationId, head }: Loaded,
  context: StepContext,
  ports: TurnPorts,
): Promise<Written | null> {
  let wanted = entry;
  for (;;) {
    const committed = await save(wanted);
    if (committed !== 'unreviewed') return committed;
    const found = await ports.loadLaterEvents(conversationId, head.seq);
    if (found === null) return null;
    wanted = isSilenced(found, false, context) ? withheld(wanted) : { ...wanted, reviewedSeq: found.phoneSeq };
  }
}

function withheld(entry: Commit): Commit {
  const messages = entry.reply && 'messages' in entry.reply && Array.isArray(entry.reply.messages) ? entry.reply.messages.length : 0;
  const final = entry.final && { ...entry.final, transcript: [...entry.final.transcript, { type: 'withheld' as const, messages }] };
  return { ...entry, final, reply: null };
}

function savingOf(next: Step, before: Conversation, { integration }: StepContext, ports: TurnPorts): (entry: Commit) => Promise<Committed> {
  if (next.retractsReplies) return ports.commitRetracting;
  if (integration?.settings.resume.replay !== true || before.status !== 'paused' || next.state.status === 'paused') return ports.commit;
  const { sessionId } = before.session;
  if (sessionIn(next.state)?.sessionId !== sessionId) return ports.commit;
  return (entry) => ports.commitReplaying(entry, sessionId);
}

function entryOf(
  next: Step,
  { loaded, state, version }: Before,
  context: Pick<StepContext, 'isHeld'>,
  times: TurnTimes,
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
    // A silenced chat has no message from the phone that was judged harmless.
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
