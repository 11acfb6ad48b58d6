import type { BotCall, BotInput, TypingEmulation } from '../bot.ts';
import type { OutboundDraft } from '../outbound.ts';
import type { TranscriptEntry } from './transcript.ts';

/**
 * Where one conversation stands between two events.
 *
 * - `idle`: no session. Entered at the end of a flow, by a close, or never left.
 * - `waiting`: the bot has asked (or will be started by the next message, when `bot` is null). Left by the contact's answer.
 * - `paused`: a human holds the chat. Left by a resume or a close only.
 * - `calling`: a call to Typebot is on record and may be running. Left by its outcome; after a crash by `uncertain`.
 * - `due`: a call is to be made when its time has come (a Wait block, a retry). Left when due.
 *
 * In `calling` and `due` the event at the head of the inbox is not handled yet: whatever comes meanwhile waits behind it.
 */
export type Conversation =
  | { status: 'idle' }
  | { status: 'waiting'; session: Session }
  | { status: 'paused'; session: Session }
  | { status: 'calling'; turn: Turn }
  | { status: 'due'; turn: Turn };

export const idle: Conversation = { status: 'idle' };

/** The API's session. `bot` is null while Typebot has not been started for it. */
export type Session = { sessionId: string; typebotIntegrationId: string | null; bot: BotSession | null };

export type BotSession = {
  typebotURL: string;
  typebotSessionId: string;
  resultId: string | null;
  typing: TypingEmulation | null;
  pending: Pending;
  /** Uncertain turns in a row; the second ends the session. */
  uncertainTurns: number;
};

/** What the flow stands at. */
export type Pending =
  | { type: 'input'; input: BotInput }
  /** An embed that waits for its event; a text goes on. */
  | { type: 'embed' }
  /** A Webhook block; only an outside call goes on. */
  | { type: 'webhook' }
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
  /** Times this call was tried and surely did not reach Typebot, or was made again by policy. */
  attempt: number;
  /** Calls made for this event after the first. */
  chain: number;
  /** The flow was started again because Typebot had lost the session. */
  restarted: boolean;
  /** `session` is on record as open already; a start that fails has to close it. */
  isOpen: boolean;
};
