import type { StepContext } from './event.ts';
import type { OutboundDraft } from '../outbound.ts';
import { closed, ends, type Final, goesOn, type Step } from './outcome.ts';
import { type Conversation, idle, type Session, type Turn } from './state.ts';
import { freshSession, notice } from './take.ts';
import type { TranscriptEntry } from './transcript.ts';
import { nextCall, type Outcome, settingsOf, standsAt, startCall } from './turn.ts';

/** Tries of a call that surely did not reach Typebot: with the delays below about two minutes, then the event is dead. */
export const attemptsMax = 8;

/** Starts that may be made when it is unknown whether one was heard (ADR 0005). */
export const startsMax = 2;

/** Milliseconds before try `attempt` (from 1): 1 s, 2 s, 4 s … 30 s at most; longer when Typebot's proxy says so, up to 5 minutes. */
export function backoffMs(attempt: number, retryAfterMs: number | null): number {
  return Math.min(Math.max(Math.min(1_000 * 2 ** (attempt - 1), 30_000), retryAfterMs ?? 0), 300_000);
}

/** Typebot has forgotten the session: the flow starts again, once, for the same message. */
export function afterLost(turn: Turn, cause: string, context: StepContext): Step {
  const transcript = failed(turn, 'sessionLost', cause);
  const ended = closed(turn.session, 'session_lost');
  const { integration } = context;
  const isAnswer = turn.call.type === 'continue' && turn.call.message !== null;
  if (turn.restarted || !isAnswer || integration === null) {
    return ends(idle, { type: 'dead', reason: 'session_lost' }, { say: lastWords(turn, context), transcript, sessions: [ended] });
  }
  const change = { session: freshSession(context, integration), restarted: true, isOpen: false };
  return nextCall({ ...turn, transcript }, startCall(context, integration), change, { sessions: [ended] });
}

/** The call surely was not processed: it is made again after a while, in its place before whatever came later. */
export function afterNotSent(turn: Turn, { cause, retryAfterMs }: Outcome<'notSent'>, context: StepContext): Step {
  const attempt = turn.attempt + 1;
  const transcript = failed(turn, 'notSent', cause);
  if (attempt >= attemptsMax) {
    return gaveUp({ type: 'dead', reason: 'bot_unreachable' }, { ...turn, transcript }, context);
  }
  return goesOn({ state: { status: 'due', turn: { ...turn, transcript, attempt } }, waitMs: backoffMs(attempt, retryAfterMs) });
}

/** Typebot said no and its position is unchanged. */
export function afterRefused(turn: Turn, cause: string, context: StepContext): Step {
  return gaveUp({ type: 'dead', reason: cause }, { ...turn, transcript: failed(turn, 'refused', cause) }, context);
}

/**
 * It cannot be known whether Typebot heard. The contact's words are not said twice by default; a start carries none and is
 * made once more; an integration may ask for `at-least-once`.
 */
export function afterUncertain(turn: Turn, cause: string, context: StepContext): Step {
  const transcript = failed(turn, 'uncertain', cause);
  const { delivery, uncertainMessage } = settingsOf(context);
  const attempt = turn.attempt + 1;
  const triesMax = turn.call.type === 'start' ? startsMax : delivery === 'at-least-once' ? attemptsMax : 1;
  if (attempt < triesMax) {
    return goesOn({ state: { status: 'due', turn: { ...turn, transcript, attempt } }, waitMs: backoffMs(attempt, null), quarantine: true });
  }
  const { state, ended } = afterDoubt(turn);
  const say: OutboundDraft[] = uncertainMessage === null ? turn.said : [...turn.said, notice(uncertainMessage)];
  return ends(
    state,
    { type: 'uncertain', reason: cause },
    { say, transcript, quarantine: true, sessions: ended ? [closed(ended, 'uncertain')] : [] },
  );
}

/** One doubt leaves the session where it stood; the second in a row ends it, since our picture of it is worth nothing. */
function afterDoubt(turn: Turn): { state: Conversation; ended: Session | null } {
  const { session, call } = turn;
  if (call.type === 'start' || session.bot === null) return { state: idle, ended: turn.isOpen ? session : null };
  const uncertainTurns = session.bot.uncertainTurns + 1;
  if (uncertainTurns >= 2) return { state: idle, ended: session };
  return { state: { status: 'waiting', session: { ...session, bot: { ...session.bot, uncertainTurns } } }, ended: null };
}

/** The event is dead and the chat goes on: where it stood, or without a session when none could be started. */
function gaveUp(final: Final, turn: Turn, context: StepContext): Step {
  const { transcript, session } = turn;
  const say = lastWords(turn, context);
  if (turn.call.type === 'continue') return ends(standsAt(turn), final, { say, transcript });
  return ends(idle, final, { say, transcript, sessions: turn.isOpen ? [closed(session, 'start_failed')] : [] });
}

function lastWords(turn: Turn, context: StepContext): OutboundDraft[] {
  const { errorMessage } = settingsOf(context);
  return errorMessage === null ? turn.said : [...turn.said, notice(errorMessage)];
}

function failed(turn: Turn, outcome: Extract<TranscriptEntry, { type: 'failed' }>['outcome'], cause: string): TranscriptEntry[] {
  return [...turn.transcript, { type: 'failed', outcome, cause }];
}
