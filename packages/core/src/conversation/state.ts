import type { BotCall, BotInput, TypingEmulation } from '../bot.ts';
import type { OutboundDraft } from '../outbound.ts';
import type { TranscriptEntry } from './transcript.ts';

/**
 * Where one conversation stands between two events.
 *
 * - `idle`: no session. Entered by a close, or never left.
 * - `ended`: no session, and the last one came to its end by itself: the setting `afterEnd` says what a message does now.
 * - `waiting`: the bot has asked (or will be started by the next message, when `bot` is null). Left by the contact's answer.
 * - `paused`: a human holds the chat. Left by a resume, a close, or after `pause.resumeAfterMinutes`.
 * - `calling`: a call to Typebot is on record and may be running. Left by its outcome; after a crash by `uncertain`.
 * - `due`: a call is to be made at `dueAt` (a Wait block, a retry). Left when due, or when a human or a keyword comes between.
 *
 * In `calling` and `due` the event at the head of the inbox is not handled yet: whatever comes meanwhile waits behind it.
 * All times are the database's, milliseconds since 1970.
 */
export type Conversation =
  | { status: 'idle' }
  | { status: 'ended'; at: number }
  | { status: 'waiting'; session: Session }
  | { status: 'paused'; session: Session; since: number }
  | { status: 'calling'; turn: Turn }
  | { status: 'due'; turn: Turn; dueAt: number };

export const idle: Conversation = { status: 'idle' };

/** The API's session. `bot` is null while Typebot has not been started for it. */
export type Session = {
  sessionId: string;
  typebotIntegrationId: string | null;
  /** Where the bot writes of itself (a farewell): the last address the contact wrote from. Empty: not known, the chat's own. */
  address: string;
  /** When the contact or an operator last did something. */
  activeAt: number;
  bot: BotSession | null;
};

export type BotSession = {
  typebotURL: string;
  publicId: string;
  typebotSessionId: string;
  resultId: string | null;
  /** Typebot's own id of the bot, by which its results API knows it. Null: not told. */
  typebotId: string | null;
  typing: TypingEmulation | null;
  pending: Pending;
  /** The words before the question that is pending, to ask it again after a setback. Null: none are known. */
  question: string | null;
  /** By block id: how many answers to it Typebot may have kept, at most. Null: not counted, since nobody could look. */
  answers: Record<string, number> | null;
  /** Turns in a row that ended in doubt or with an error of Typebot: see `setback.ts` for how many end the session. */
  uncertainTurns: number;
  /** Messages in a row that named none of the options shown. */
  misses: number;
};

/** The session that lives in the chat between two events, if one does. */
export function liveSession(state: Conversation): Session | null {
  return state.status === 'waiting' || state.status === 'paused' ? state.session : null;
}

/** What the flow stands at. */
export type Pending =
  | { type: 'input'; input: BotInput }
  /** An embed that waits for its event; a text goes on. */
  | { type: 'embed' }
  /** A Webhook block; only an outside call goes on. */
  | { type: 'webhook' }
  /** The outside call came while a human held the chat: it goes on when the chat is handed back. `payload`: JSON text. */
  | { type: 'webhookArrived'; payload: string }
  /** A dedicated action that was interrupted; goes on with a call that says nothing. */
  | { type: 'nothing' };

/** The work on the event at the head of the inbox, while it needs Typebot. */
export type Turn = {
  call: BotCall;
  /** The session that a `continue` belongs to, or the one that a `start` will open. */
  session: Session;
  /** Decided but not handed to the outbox yet. */
  said: OutboundDraft[];
  transcript: TranscriptEntry[];
  /** Times this call was made again by policy. */
  attempt: number;
  /** Since when, and how often, the call surely did not reach Typebot; null: that did not happen. */
  held: { since: number; tries: number } | null;
  /** The call ended in doubt, and what is asked of Typebot now is whether it was heard. Null: the call itself is made. */
  inquiry: Inquiry | null;
  /** Times the call was made again because it surely was not heard, though that was in doubt. */
  resends: number;
  /** Calls made for this event after the first. */
  chain: number;
  /** Events that this turn answers, from the head on; more than one when a burst was joined. */
  events: number;
  /** What is taken for the contact's words: the texts of a burst, joined; empty for a keyword, which Typebot never hears; null: what the head says. */
  joined: string | null;
  /** The flow was started again because Typebot had lost the session. */
  restarted: boolean;
  /** `session` is on record as open already; a start that fails has to close it. */
  isOpen: boolean;
};

/** `cause`: why the call is in doubt. `tries`: times that nobody could say. */
export type Inquiry = { cause: string; tries: number };
