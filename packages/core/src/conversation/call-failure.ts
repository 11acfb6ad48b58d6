import type { StepContext } from './event.ts';
import { counted } from './evidence.ts';
import type { OutboundDraft } from '../outbound.ts';
import { closed, type Final, type Step } from './outcome.ts';
import { freshSession } from './session.ts';
import { type Conversation, idle, type Session, type Turn } from './state.ts';
import type { TranscriptEntry } from './transcript.ts';
import { withQuestion, wordsAfterError, wordsInDoubt } from './trouble.ts';
import { endsTurn, messageOf, nextCall, type Outcome, settingsOf, standsAt, startCall, waitsFor } from './turn.ts';
import { withoutDelivery } from './webhook.ts';

/**
 * Milliseconds that a message is held while Typebot cannot be reached, however many chats wait with it; then the contact is told. Half of the
 * ten minutes after which a message is too old to be answered (`staleAfterMinutes`), so that the next one in the chat is not too old by then.
 */
export const holdMaxMs = 300_000;

/** Tries of a call that may have been heard, where the integration wants at least once. */
export const attemptsMax = 8;

/** Turns in a row in doubt that end a session: by then our picture of it is worth nothing. */
const doubtsMax = 2;

/** Turns in a row with an error of Typebot that end a session: it may stand at a block that is gone, and would fail for ever. */
const failuresMax = 3;

/** Starts that may be made when it is unknown whether one was heard (ADR 0005). */
export const startsMax = 2;

/**
 * Milliseconds before try `attempt` (from 1): 1 s, 2 s, 4 s … 15 s at most, as long as a host that is down rests; longer when Typebot's
 * proxy says so.
 */
export function backoffMs(attempt: number, retryAfterMs: number | null): number {
  return Math.min(Math.max(Math.min(1_000 * 2 ** (attempt - 1), 15_000), retryAfterMs ?? 0), holdMaxMs);
}

/** Typebot has forgotten the session: the same flow starts again, once, for the same message. */
export function afterLost(turn: Turn, cause: string, context: StepContext): Step {
  const transcript = failed(turn, 'sessionLost', cause);
  const sessions = [closed(turn.session, 'bot_lost')];
  if (turn.session.bot === null || !mayRestart(turn, context)) {
    return endsTurn(turn, idle, { type: 'dead', reason: 'session_lost' }, { say: lastWords(turn, context), transcript, sessions });
  }
  const session = freshSession(context, turn.session.address);
  const call = startCall(context, turn.session.bot, messageOf(context, turn.joined));
  return nextCall({ ...turn, transcript }, call, { session, restarted: true, isOpen: false }, { sessions });
}

/** Only for words of a contact, and before the flow heard them: a flow that was lost on its way is not gone through again. */
function mayRestart({ call, chain, restarted }: Turn, { head, integration }: StepContext): boolean {
  if (restarted || integration === null || call.type !== 'continue') return false;
  if (head.kind === 'command' && head.command.type !== 'start') return false;
  return call.message !== null || chain === 0;
}

/** The call surely was not processed: it is made again after a while, in its place before whatever came later. */
export function afterNotSent(turn: Turn, { cause, retryAfterMs }: Outcome<'notSent'>, context: StepContext): Step {
  const since = turn.held?.since ?? context.now;
  const tries = (turn.held?.tries ?? 0) + 1;
  const leftMs = since + holdMaxMs - context.now;
  const held: Turn = { ...turn, transcript: failed(turn, 'notSent', cause), held: { since, tries } };
  if (leftMs <= 0) return gaveUp({ type: 'dead', reason: 'bot_unreachable' }, held, context);
  // The last try is made when the time is over.
  return waitsFor(Math.min(backoffMs(tries, retryAfterMs), leftMs), held, context);
}

/** The call was not made: its host has been down for so long that the contact is told. */
export function afterUnreachable(turn: Turn, context: StepContext): Step {
  const transcript = failed(turn, 'notSent', 'host_down');
  return gaveUp({ type: 'dead', reason: 'bot_unreachable' }, { ...turn, transcript }, context);
}

/** Typebot said no and its position is unchanged. */
export function afterRefused(turn: Turn, cause: string, context: StepContext): Step {
  const session = withoutDelivery(counted(turn.session, turn.call));
  return gaveUp({ type: 'dead', reason: cause }, { ...turn, session, transcript: failed(turn, 'refused', cause) }, context);
}

/**
 * Typebot itself answered that it failed: nothing is at work any more, and the session stands where it stood. The words are not said twice
 * by default, since blocks before the failure may have run; the contact is asked again instead.
 */
export function afterFailed(turn: Turn, cause: string, context: StepContext): Step {
  const transcript = failed(turn, 'failed', cause);
  const session = counted(turn.session, turn.call);
  const attempt = turn.attempt + 1;
  if (attempt < triesMaxOf(turn, context)) return waitsFor(backoffMs(attempt, null), { ...turn, session, transcript, attempt }, context);
  const final: Final = { type: 'dead', reason: cause };
  if (turn.call.type === 'start' || session.bot === null) return gaveUp(final, { ...turn, session, transcript }, context);
  const uncertainTurns = session.bot.uncertainTurns + 1;
  const words = wordsAfterError(context);
  if (uncertainTurns >= failuresMax)
    return endsTurn(turn, idle, final, { say: [...turn.said, ...words], transcript, sessions: [closed(session, 'error')] });
  const state = standsAt({ ...turn, session: withoutDelivery({ ...session, bot: { ...session.bot, uncertainTurns } }) });
  return endsTurn(turn, state, final, { say: [...turn.said, ...withQuestion(words, state, context)], transcript });
}

function triesMaxOf({ call }: Turn, context: StepContext): number {
  if (call.type === 'start') return startsMax;
  return settingsOf(context).delivery === 'at-least-once' ? attemptsMax : 1;
}

/** What is known of a call in doubt. `quarantine`: Typebot may still be at work on it. */
export type Doubt = { cause: string; resolution: 'processed' | 'not_processed' | null; quarantine: boolean };

/**
 * It cannot be known whether Typebot heard. The contact's words are not said twice by default; a start carries none and is
 * made once more; an integration may ask for `at-least-once`.
 */
export function leftInDoubt(turn: Turn, doubt: Doubt, context: StepContext): Step {
  const attempt = turn.attempt + 1;
  if (attempt < triesMaxOf(turn, context) && doubt.resolution !== 'processed') {
    const again = { ...turn, session: counted(turn.session, turn.call), inquiry: null, attempt };
    return waitsFor(backoffMs(attempt, null), again, context, { quarantine: doubt.quarantine });
  }
  const words = wordsInDoubt(doubt.resolution, context);
  // What was heard is answered already: another question is open.
  const asked = doubt.resolution === 'processed' ? words : withQuestion(words, afterDoubt(turn).state, context);
  return endsInDoubt(turn, doubt, [...turn.said, ...asked]);
}

/** The event ends as uncertain, whatever the policy. */
export function endsInDoubt(turn: Turn, { cause, resolution, quarantine }: Doubt, say: OutboundDraft[]): Step {
  const { state, ended } = afterDoubt(turn);
  const sessions = ended ? [closed(ended, 'error')] : [];
  return endsTurn(turn, state, uncertain(cause, resolution), { say, quarantine, sessions });
}

export function uncertain(reason: string, resolution: Doubt['resolution']): Final {
  return resolution === null ? { type: 'uncertain', reason } : { type: 'uncertain', reason, resolution };
}

/** One doubt leaves the session where it stood; the second in a row ends it, since our picture of it is worth nothing. */
function afterDoubt(turn: Turn): { state: Conversation; ended: Session | null } {
  const { call } = turn;
  const session = counted(turn.session, call);
  if (call.type === 'start' || session.bot === null) return { state: idle, ended: turn.isOpen ? session : null };
  const uncertainTurns = session.bot.uncertainTurns + 1;
  if (uncertainTurns >= doubtsMax) return { state: idle, ended: session };
  return { state: { status: 'waiting', session: withoutDelivery({ ...session, bot: { ...session.bot, uncertainTurns } }) }, ended: null };
}

/** The event is dead and the chat goes on: where it stood, or without a session when none could be started. */
function gaveUp(final: Final, turn: Turn, context: StepContext): Step {
  const rest = { say: lastWords(turn, context), transcript: turn.transcript };
  if (turn.call.type === 'continue') return endsTurn(turn, standsAt(turn), final, rest);
  return endsTurn(turn, idle, final, { ...rest, sessions: turn.isOpen ? [closed(turn.session, 'error')] : [] });
}

function lastWords(turn: Turn, context: StepContext): OutboundDraft[] {
  return [...turn.said, ...wordsAfterError(context)];
}

/** The transcript with a failure of the turn's call. */
export function failed(turn: Turn, outcome: Extract<TranscriptEntry, { type: 'failed' }>['outcome'], cause: string): TranscriptEntry[] {
  return [...turn.transcript, { type: 'failed', outcome, cause }];
}
