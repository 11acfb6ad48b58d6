import type { BotCall } from '../bot.ts';
import { defaultSettings, type Settings } from '../settings.ts';
import { resumingCall } from './calls.ts';
import type { Conversation, Deferred, Final, Session, Step, StepContext, Turn } from './conversation.ts';
import { answered, asked, continues, ends, ignores, opened } from './outcome.ts';
import { idle, touched } from './session.ts';

/** How a turn begins. `isOpen`: the session is stored as open. */
type Opening = { session: Session; isOpen: boolean } & Partial<Pick<Turn, 'events' | 'joined' | 'transcript'>>;

/** Records the first call of a turn. */
export function firstCall(call: BotCall, opening: Opening, rest: Partial<Pick<Step, 'say' | 'sessions' | 'retractsReplies'>> = {}): Step {
  const { session, isOpen, events = 1, joined = null, transcript = [] } = opening;
  const progress = { said: [], attempt: 0, notSent: null, inquiry: null, resends: 0, chain: 0, restarted: false };
  const turn: Turn = { call, session, ...progress, events, joined, transcript: [...transcript, asked(call)], isOpen };
  return continues({ state: { status: 'calling', turn }, ask: call, ...rest });
}

/** Records the next call of a turn: after a client-side action, with the first message, or a start after a lost session. */
export function nextCall(turn: Turn, call: BotCall, change: Partial<Turn> = {}, rest: Partial<Step> = {}): Step {
  const next = withNextCall(turn, call, change);
  return continues({ ...rest, state: { status: 'calling', turn: next }, ask: call });
}

/** The turn with its next call, which is not made yet. */
export function withNextCall(turn: Turn, call: BotCall, change: Partial<Turn> = {}): Turn {
  const next: Turn = { ...turn, attempt: 0, notSent: null, inquiry: null, resends: 0, chain: turn.chain + 1, ...change, call };
  return { ...next, transcript: [...next.transcript, asked(call)] };
}

/** The turn's call is made in `waitMs`. */
export function waits(waitMs: number, turn: Turn, { now }: StepContext, rest: Partial<Step> = {}): Step {
  return continues({ ...rest, state: { status: 'due', turn, dueAt: now + waitMs }, waitMs });
}

/** The turn ends, and with it every event that it answers. */
export function endsTurn(turn: Turn, state: Conversation, final: Final, rest: Partial<Step> = {}): Step {
  return ends(state, final, { transcript: turn.transcript, ...rest, events: turn.events });
}

/** Makes the call of a waiting turn when it is due. The turn is given up if a human took the chat, a keyword follows, or the bot is switched off. */
export function callNow(turn: Turn, dueAt: number, context: StepContext): Step | Deferred {
  if (isOff(context)) return givesUp(turn, 'disabled');
  if (context.isHeld) return givesUp(turn, 'paused');
  if (context.now < dueAt) return { type: 'deferred', ms: dueAt - context.now };
  return continues({ state: { status: 'calling', turn }, ask: turn.call });
}

function givesUp(turn: Turn, reason: 'disabled' | 'paused'): Step {
  const state = stateBeforeCall(turn);
  const rest = { transcript: [...turn.transcript, { type: 'withheld' as const, messages: turn.said.length }], events: turn.events };
  const wasHeard = turn.transcript.some((entry) => entry.type === 'replied');
  return wasHeard ? ends(state, answered, rest) : ignores(state, reason, rest);
}

/** The conversation's state when the turn ends before its call was heard. */
export function stateBeforeCall({ session, call, isOpen }: Turn): Conversation {
  if (call.type === 'start') return isOpen ? { status: 'waiting', session } : idle;
  if (call.message !== null || session.bot === null) return { status: 'waiting', session };
  return { status: 'waiting', session: { ...session, bot: { ...session.bot, pending: { type: 'nothing' } } } };
}

/**
 * Gives the chat back to the bot. It is silent until the contact writes, unless its flow was interrupted: then the flow continues, if no
 * event behind the head takes the chat at once.
 */
export function returnToBot(pausedSession: Session, context: StepContext, rest: Pick<Partial<Step>, 'say' | 'transcript'> = {}): Step {
  const session = touched(pausedSession, context);
  const sessions = [opened(session)];
  const call = session.bot === null || context.isHeld || isOff(context) ? null : resumingCall(session.bot);
  if (call === null) return ends({ status: 'waiting', session }, answered, { ...rest, sessions });
  const { transcript = [], say = [] } = rest;
  return firstCall(call, { session, isOpen: true, joined: '', transcript }, { sessions, say });
}

/** The integration is switched off or removed: the bot must not be asked anything. */
export function isOff({ integration }: StepContext): boolean {
  return !integration?.enabled;
}

export function settingsOf({ integration }: StepContext): Settings {
  return integration?.settings ?? defaultSettings;
}
