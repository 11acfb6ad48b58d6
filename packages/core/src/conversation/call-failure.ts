import type { OutboundDraft } from '../outbound.ts';
import { repeatQuestion } from '../render.ts';
import type { Settings } from '../settings.ts';
import { messageOf, startCall } from './calls.ts';
import type { Conversation, Final, InputOf, Session, Step, StepContext, TranscriptEntry, Turn } from './conversation.ts';
import { closed, notices } from './outcome.ts';
import { countAnswer, freshSession, idle, withoutDelivery } from './session.ts';
import { endsTurn, nextCall, settingsOf, stateBeforeCall, waits } from './turn.ts';

/**
 * The longest time in milliseconds that a message waits for a Typebot that cannot be reached, whether its conversation probes or waits. Then the
 * contact receives `errorMessage`. It is half of `staleAfterMinutes`, so that the next message of the chat is not stale by then.
 */
export const holdMaxMs = 300_000;

/** Attempts of a call that may have been heard, with `delivery: at-least-once`. */
export const attemptsMax = 8;

/** Consecutive uncertain turns that close a session: our copy of its position is not reliable any more. */
const uncertainTurnsMax = 2;

/** Consecutive turns with an error of Typebot that close a session: its position may be a block that was deleted, which would always fail. */
const failedTurnsMax = 3;

/** Starts that are made if the outcome of the first one is unknown (ADR 0005). */
export const startsMax = 2;

/**
 * Milliseconds before attempt `attempt` (from 1): 1 s, 2 s, 4 s … at most 15 s, the time for which the circuit of a host stays open. Longer if
 * `Retry-After` says so.
 */
export function backoffMs(attempt: number, retryAfterMs: number | null): number {
  return Math.min(Math.max(Math.min(1_000 * 2 ** (attempt - 1), 15_000), retryAfterMs ?? 0), holdMaxMs);
}

/** Typebot has lost the session: the same flow starts again, once, with the same message. */
export function afterLost(turn: Turn, cause: string, context: StepContext): Step {
  const transcript = withFailure(turn, 'sessionLost', cause);
  const sessions = [closed(turn.session, 'bot_lost')];
  if (turn.session.bot === null || !mayRestart(turn, context)) {
    return endsTurn(turn, idle, { type: 'dead', reason: 'session_lost' }, { say: saidAndError(turn, context), transcript, sessions });
  }
  const session = freshSession(context, turn.session.address);
  const call = startCall(context, turn.session.bot, messageOf(context, turn.joined));
  return nextCall({ ...turn, transcript }, call, { session, restarted: true, isOpen: false }, { sessions });
}

/** Only for a contact's message that the flow has not received yet. A flow that was lost in the middle is not repeated. */
function mayRestart({ call, chain, restarted }: Turn, { head, integration }: StepContext): boolean {
  if (restarted || integration === null || call.type !== 'continue') return false;
  if (head.kind === 'command' && head.command.type !== 'start') return false;
  return call.message !== null || chain === 0;
}

/** The call was certainly not processed: it is repeated after a while, before any later event. */
export function afterNotSent(turn: Turn, { cause, retryAfterMs }: InputOf<'notSent'>, context: StepContext): Step {
  const since = turn.notSent?.since ?? context.now;
  const attempts = (turn.notSent?.attempts ?? 0) + 1;
  const leftMs = since + holdMaxMs - context.now;
  const next: Turn = { ...turn, transcript: withFailure(turn, 'notSent', cause), notSent: { since, attempts } };
  if (leftMs <= 0) return givesUp({ type: 'dead', reason: 'bot_unreachable' }, next, context);
  // The last attempt is made at the end of the time.
  return waits(Math.min(backoffMs(attempts, retryAfterMs), leftMs), next, context);
}

/** The call was not made, because the host has been down for `holdMaxMs`. */
export function afterUnreachable(turn: Turn, context: StepContext): Step {
  const transcript = withFailure(turn, 'notSent', 'host_down');
  return givesUp({ type: 'dead', reason: 'bot_unreachable' }, { ...turn, transcript }, context);
}

/** Typebot refused the call, and its position is unchanged. */
export function afterRefused(turn: Turn, cause: string, context: StepContext): Step {
  const session = withoutDelivery(countAnswer(turn.session, turn.call));
  return givesUp({ type: 'dead', reason: cause }, { ...turn, session, transcript: withFailure(turn, 'refused', cause) }, context);
}

/**
 * Typebot itself answered with an error: the call is over and the session's position is unchanged. By default the words are not sent again,
 * since blocks before the failure may have run. The contact is asked again instead.
 */
export function afterFailed(turn: Turn, cause: string, context: StepContext): Step {
  const transcript = withFailure(turn, 'failed', cause);
  const session = countAnswer(turn.session, turn.call);
  const attempt = turn.attempt + 1;
  if (attempt < attemptsMaxOf(turn, context)) return waits(backoffMs(attempt, null), { ...turn, session, transcript, attempt }, context);
  const final: Final = { type: 'dead', reason: cause };
  if (turn.call.type === 'start' || session.bot === null) return givesUp(final, { ...turn, session, transcript }, context);
  const uncertainTurns = session.bot.uncertainTurns + 1;
  const notice = errorNotice(context);
  if (uncertainTurns >= failedTurnsMax)
    return endsTurn(turn, idle, final, { say: [...turn.said, ...notice], transcript, sessions: [closed(session, 'error')] });
  const state = stateBeforeCall({ ...turn, session: withoutDelivery({ ...session, bot: { ...session.bot, uncertainTurns } }) });
  return endsTurn(turn, state, final, { say: [...turn.said, ...withQuestion(notice, state, context)], transcript });
}

function attemptsMaxOf({ call }: Turn, context: StepContext): number {
  if (call.type === 'start') return startsMax;
  return settingsOf(context).delivery === 'at-least-once' ? attemptsMax : 1;
}

/** What is known of a call whose outcome is unknown. `quarantine`: Typebot may still be working on it. */
export type Doubt = { cause: string; resolution: 'processed' | 'not_processed' | null; quarantine: boolean };

/**
 * Nobody can know whether Typebot heard the call. By default a contact's words are not sent twice. A start carries none, so it is repeated
 * once. With `at-least-once` words are repeated too.
 */
export function afterDoubt(turn: Turn, doubt: Doubt, context: StepContext): Step {
  const attempt = turn.attempt + 1;
  if (attempt < attemptsMaxOf(turn, context) && doubt.resolution !== 'processed') {
    const next = { ...turn, session: countAnswer(turn.session, turn.call), inquiry: null, attempt };
    return waits(backoffMs(attempt, null), next, context, { quarantine: doubt.quarantine });
  }
  const notice = uncertainNotice(doubt.resolution, context);
  // A processed call answered the question, so another one is pending.
  const asked = doubt.resolution === 'processed' ? notice : withQuestion(notice, stateAfterDoubt(turn).state, context);
  return endsUncertain(turn, doubt, [...turn.said, ...asked]);
}

/** The event ends as uncertain, whatever `delivery` says. */
export function endsUncertain(turn: Turn, { cause, resolution, quarantine }: Doubt, say: OutboundDraft[]): Step {
  const { state, closes } = stateAfterDoubt(turn);
  const sessions = closes ? [closed(closes, 'error')] : [];
  return endsTurn(turn, state, uncertain(cause, resolution), { say, quarantine, sessions });
}

export function uncertain(reason: string, resolution: Doubt['resolution']): Final {
  return resolution === null ? { type: 'uncertain', reason } : { type: 'uncertain', reason, resolution };
}

/** The first uncertain turn leaves the session's position unchanged, the second in a row closes the session. */
function stateAfterDoubt(turn: Turn): { state: Conversation; closes: Session | null } {
  const { call } = turn;
  const session = countAnswer(turn.session, call);
  if (call.type === 'start' || session.bot === null) return { state: idle, closes: turn.isOpen ? session : null };
  const uncertainTurns = session.bot.uncertainTurns + 1;
  if (uncertainTurns >= uncertainTurnsMax) return { state: idle, closes: session };
  return { state: { status: 'waiting', session: withoutDelivery({ ...session, bot: { ...session.bot, uncertainTurns } }) }, closes: null };
}

/** The event dies and the session continues from its position. Without a session if none could be started. */
function givesUp(final: Final, turn: Turn, context: StepContext): Step {
  const rest = { say: saidAndError(turn, context), transcript: turn.transcript };
  if (turn.call.type === 'continue') return endsTurn(turn, stateBeforeCall(turn), final, rest);
  return endsTurn(turn, idle, final, { ...rest, sessions: turn.isOpen ? [closed(turn.session, 'error')] : [] });
}

function saidAndError(turn: Turn, context: StepContext): OutboundDraft[] {
  return [...turn.said, ...errorNotice(context)];
}

/** The turn's transcript with a failure of its call. */
export function withFailure(
  turn: Turn,
  outcome: Extract<TranscriptEntry, { type: 'failed' }>['outcome'],
  cause: string,
): TranscriptEntry[] {
  return [...turn.transcript, { type: 'failed', outcome, cause }];
}

type Notice = 'error' | 'doubt' | 'lostAnswer';

/** What the contact receives unless the operator has set a text. docs/guarantees.md shows when. */
const defaultNotices: Record<Settings['locale'], Record<Notice, string>> = {
  'pt-BR': {
    error: 'Não consegui responder a essa mensagem. Tente de novo daqui a pouco, por favor.',
    doubt: 'Não sei se a sua última mensagem chegou. Responda mais uma vez, por favor.',
    lostAnswer: 'Recebi a sua última mensagem, mas a minha resposta se perdeu. Escreva algo para continuar.',
  },
  en: {
    error: 'I could not answer that message. Please try again in a moment.',
    doubt: 'I do not know whether your last message arrived. Please answer once more.',
    lostAnswer: 'Your last message arrived, but my answer was lost. Please write something to go on.',
  },
  es: {
    error: 'No pude responder a ese mensaje. Inténtalo de nuevo en un momento, por favor.',
    doubt: 'No sé si llegó tu último mensaje. Responde una vez más, por favor.',
    lostAnswer: 'Recibí tu último mensaje, pero mi respuesta se perdió. Escribe algo para continuar.',
  },
};

/** For a call that was refused, failed, or could not reach Typebot. */
function errorNotice(context: StepContext): OutboundDraft[] {
  return notices(noticeText(settingsOf(context).errorMessage, 'error', context));
}

/** For a call of unknown outcome, and for one that was heard but whose answer is lost. */
export function uncertainNotice(resolution: Doubt['resolution'], context: StepContext): OutboundDraft[] {
  return notices(noticeText(settingsOf(context).uncertainMessage, resolution === 'processed' ? 'lostAnswer' : 'doubt', context));
}

/** The operator's text, or ours. After a command there is no default text: the contact has not written, and the operator sees the result. */
function noticeText(own: string | null | undefined, notice: Notice, context: StepContext): string | null {
  if (own !== undefined) return own;
  return context.head.kind === 'message' ? defaultNotices[settingsOf(context).locale][notice] : null;
}

/** The notice followed by the pending question. An operator who disabled the notice gets no question either. */
function withQuestion(notice: OutboundDraft[], state: Conversation, context: StepContext): OutboundDraft[] {
  const bot = state.status === 'waiting' ? state.session.bot : null;
  if (notice.length === 0 || bot?.pending.type !== 'input') return notice;
  return [...notice, ...repeatQuestion(bot.pending.input, bot.question, settingsOf(context))];
}
