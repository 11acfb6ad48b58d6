import type { BotCall, BotInquiry } from '../bot.ts';
import type { OutboundDraft } from '../outbound.ts';
import type { ClosingReason } from './event.ts';
import type { Conversation, Session } from './state.ts';
import type { TranscriptEntry } from './transcript.ts';

/** The outcome of one step: the next state, at most one question for the bot, what to say, and how the event ended. */
export type Step = {
  state: Conversation;
  /** Asked after the step is committed; never null in `calling`, always null elsewhere. */
  ask: BotCall | BotInquiry | null;
  /** Milliseconds until a `due` turn goes on. */
  waitMs: number | null;
  /** One reply for the contact; empty: none. */
  say: OutboundDraft[];
  /** The end of the head event; null while its turn goes on. */
  final: Final | null;
  /** Events that end with it, the head included. */
  events: number;
  /** When the new state changes by itself; null: never. */
  timerAt: number | null;
  transcript: TranscriptEntry[];
  /** What becomes of sessions. Closed ones stand first, since a chat has one live session at most. */
  sessions: SessionChange[];
  /** Replies not yet handed to the outbound queue are taken back. */
  retractsReplies: boolean;
  /** Typebot may still be at work on a call: nothing is to be asked for the quarantine's time. */
  quarantine: boolean;
};

/** Every event ends in exactly one of these. */
export type Final =
  | { type: 'answered' }
  | { type: 'ignored'; reason: string }
  | { type: 'uncertain'; reason: string }
  /** It was found out afterwards what Typebot had heard; what it answered is lost all the same. */
  | { type: 'uncertain'; reason: string; resolution: 'processed' | 'not_processed' }
  | { type: 'dead'; reason: string };

/** Nothing is written: the chat is looked at again after `ms`, or when something comes in. */
export type Deferred = { type: 'deferred'; ms: number };

export type SessionChange =
  | { session: Session; status: 'open'; reason: null }
  | { session: Session; status: 'paused'; reason: PauseReason }
  | { session: Session; status: 'closed'; reason: ClosingReason };

/** Who took the chat: an operator by the API, the human on the phone, a keyword, the flow itself, or too many misses. */
export type PauseReason = 'operator' | 'human' | 'keyword' | 'flow' | 'unmatched' | 'send_failed';

type Ending = Partial<Pick<Step, 'say' | 'events' | 'transcript' | 'sessions' | 'retractsReplies' | 'quarantine'>>;

/** The head event ends here; those of a burst with it. */
export function ends(state: Conversation, final: Final, rest: Ending = {}): Step {
  return { ...nothing, events: 1, ...rest, state, final };
}

export function ignores(state: Conversation, reason: string, rest: Ending = {}): Step {
  return ends(state, { type: 'ignored', reason }, rest);
}

/** The turn goes on. */
export function goesOn(step: Partial<Step> & Pick<Step, 'state'>): Step {
  return { ...nothing, ...step };
}

export const answered: Final = { type: 'answered' };

export function opened(session: Session): SessionChange {
  return { session, status: 'open', reason: null };
}

export function paused(session: Session, reason: PauseReason): SessionChange {
  return { session, status: 'paused', reason };
}

export function closed(session: Session, reason: ClosingReason): SessionChange {
  return { session, status: 'closed', reason };
}

/** Words of our own for the contact, without pause. Empty or null: none. */
export function notices(...texts: (string | null)[]): OutboundDraft[] {
  return texts.flatMap((text) => (text ? [{ type: 'text', text, linkPreview: false, typingMs: 0, waitMs: 0 } as const] : []));
}

const nothing: Omit<Step, 'state'> = {
  ask: null,
  waitMs: null,
  say: [],
  final: null,
  events: 0,
  // Told of every step in one place, see `step`.
  timerAt: null,
  transcript: [],
  sessions: [],
  retractsReplies: false,
  quarantine: false,
};
