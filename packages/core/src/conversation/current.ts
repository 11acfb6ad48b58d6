import type { StepContext } from './event.ts';
import type { BotSession, Conversation, Session, Turn } from './state.ts';

type Earlier<T, Later extends keyof T> = Omit<T, Later> & Partial<Pick<T, Later>>;
type EarlierBot = Earlier<BotSession, 'publicId' | 'misses' | 'typebotId' | 'answers' | 'question'>;
type EarlierSession = Earlier<Omit<Session, 'bot'>, 'address' | 'activeAt'> & { bot: EarlierBot | null };
type EarlierTurn = Earlier<Omit<Turn, 'session'>, 'events' | 'joined' | 'inquiry' | 'resends' | 'held'> & { session: EarlierSession };

/**
 * A state that an earlier version put on record, as it is now: chats are older than the program. What that version did not know yet is
 * filled in, times with the present.
 */
export function current(state: Conversation, context: StepContext): Conversation {
  switch (state.status) {
    case 'idle':
    case 'ended':
      return state;
    case 'waiting':
      return { ...state, session: currentSession(state.session, context) };
    case 'paused':
      return { ...state, session: currentSession(state.session, context), since: known(state.since, context.now) };
    case 'calling':
      return { ...state, turn: currentTurn(state.turn, context) };
    case 'due':
      return { ...state, turn: currentTurn(state.turn, context), dueAt: known(state.dueAt, context.now) };
  }
}

/** Also of a closed session, whose address and time are not kept. */
export function currentSession(session: EarlierSession, { now, integration }: StepContext): Session {
  const bot = session.bot && {
    publicId: integration?.publicId ?? '',
    misses: 0,
    typebotId: null,
    answers: null,
    question: null,
    ...session.bot,
  };
  return { address: '', activeAt: now, ...session, bot };
}

function currentTurn(turn: EarlierTurn, context: StepContext): Turn {
  return { events: 1, joined: null, inquiry: null, resends: 0, held: null, ...turn, session: currentSession(turn.session, context) };
}

function known(time: number | undefined, now: number): number {
  return time ?? now;
}
