import type { BotCall, BotInput, BotAction, BotInquiry, BotOutcome, BotReply, Bubble, InquiryOutcome, TypingEmulation } from '../bot.ts';
import type { ChatAddress } from '../identity.ts';
import type { InboundEvent, InboundMessage } from '../inbound.ts';
import type { OutboundDraft } from '../outbound.ts';
import type { Settings } from '../settings.ts';

// The vocabulary of a conversation: its state, what happens to it, and what a step decides. Types only. All times are the database's,
// in milliseconds since 1970.

/**
 * The state of a conversation between two steps.
 *
 * - `idle`: no session. The first state, and the one after a close.
 * - `ended`: no session, because the last flow finished. The setting `afterEnd` decides what the next message does.
 * - `waiting`: the bot waits for the contact, or, if `bot` is null, will be started by the contact's next message.
 * - `paused`: a human has the chat. Left by a resume, a close, or after `pause.resumeAfterMinutes`.
 * - `calling`: a call to Typebot is recorded and may be running. Left with the call's outcome, which is `uncertain` after a crash.
 * - `due`: a call will be made at `dueAt` (a Wait block, a retry). Left at that time, or earlier if a human or a keyword intervenes.
 *
 * In `calling` and `due` the event at the head of the inbox is not handled yet. Later events wait behind it.
 */
export type Conversation =
  | { status: 'idle' }
  | { status: 'ended'; at: number }
  | { status: 'waiting'; session: Session }
  | { status: 'paused'; session: Session; since: number }
  | { status: 'calling'; turn: Turn }
  | { status: 'due'; turn: Turn; dueAt: number };

/** The session as the API shows it. `bot` is null until Typebot has been started for it. */
export type Session = {
  sessionId: string;
  typebotIntegrationId: string | null;
  /** Receives what the bot sends without being asked (a farewell): the last address the contact wrote from. Empty: the chat's own address. */
  address: string;
  /** When the contact or an operator last acted. */
  activeAt: number;
  bot: BotSession | null;
};

export type BotSession = {
  typebotURL: string;
  publicId: string;
  typebotSessionId: string;
  resultId: string | null;
  /** The id under which Typebot's results API knows the bot. Null: Typebot did not send it. */
  typebotId: string | null;
  typing: TypingEmulation | null;
  pending: Pending;
  /** The text before the pending question, to repeat it after a failure. Null: there was none. */
  question: string | null;
  /** By block id: the most answers to it that Typebot may have stored. Null: not counted, because the results could not be read anyway. */
  answers: Record<string, number> | null;
  /** Consecutive turns that ended as uncertain or with an error of Typebot. See `call-failure.ts` for how many close the session. */
  uncertainTurns: number;
  /** Consecutive messages that matched none of the options. */
  misses: number;
};

/** What the flow waits for. */
export type Pending =
  | { type: 'input'; input: BotInput }
  /** An embed that waits for its event. Any text continues the flow. */
  | { type: 'embed' }
  /** A Webhook block. Only an external call continues the flow. */
  | { type: 'webhook' }
  /** The external call arrived and is not delivered to Typebot yet. `payload`: JSON text. */
  | { type: 'webhookArrived'; payload: string }
  /** A client-side action that was interrupted. A call without a message continues the flow. */
  | { type: 'nothing' };

/** The work on the event at the head of the inbox while it needs Typebot. */
export type Turn = {
  call: BotCall;
  /** The session that a `continue` belongs to, or the one that a `start` will open. */
  session: Session;
  /** Decided and not written to the outbox yet. */
  said: OutboundDraft[];
  transcript: TranscriptEntry[];
  /** How often this call was repeated although it may have been heard. */
  attempt: number;
  /** Since when and how often the call certainly did not reach Typebot. Null: never. */
  notSent: { since: number; attempts: number } | null;
  /** The call's outcome is unknown, and the next request asks whether Typebot heard it. Null: the next request is the call itself. */
  inquiry: Inquiry | null;
  /** How often this call was repeated because an inquiry showed that it was not heard. */
  resends: number;
  /** Calls made for this event after the first one. */
  chain: number;
  /** Events that this turn answers, starting with the head. More than one after a burst. */
  events: number;
  /**
   * Replaces the head's text: the joined texts of a burst, or an empty text for a keyword, which Typebot never receives. Null: the head's own
   * text.
   */
  joined: string | null;
  /** The flow was started again because Typebot had lost the session. */
  restarted: boolean;
  /** `session` is stored as open already, so a start that fails has to close it. */
  isOpen: boolean;
};

/** `cause`: why the call's outcome is unknown. `attempts`: how often the inquiry failed. */
export type Inquiry = { cause: string; attempts: number };

/** What happened in a turn, in order. Stored with the turn, shown by the transcript endpoint, never logged. */
export type TranscriptEntry =
  | { type: 'asked'; call: 'start' | 'continue'; message: unknown }
  | {
      type: 'replied';
      bubbles: Bubble[];
      input: { id: string; type: string } | null;
      actions: Pick<BotAction, 'type'>[];
      logs: BotReply['logs'];
    }
  /** The bot sent something that WhatsApp cannot show or that is unknown. */
  | { type: 'skipped'; what: string; reason: string }
  | { type: 'failed'; outcome: 'sessionLost' | 'notSent' | 'refused' | 'failed' | 'uncertain' | 'notInspected'; cause: string }
  /** The bot's results were read to find out whether Typebot heard a call. */
  | { type: 'inspected'; verdict: Verdict }
  /** The setting or rule that decided: `keyword.finish`, `expired`, `unmatched.hint`, … */
  | { type: 'rule'; rule: string }
  /** A reply was decided but not sent, because a human took the chat. */
  | { type: 'withheld'; messages: number };

/** Whether Typebot heard a call, judged by what it has stored. */
export type Verdict = 'processed' | 'not_processed' | 'unknown';

/** The event at the head of the inbox. `message`: its content as the shell read and enriched it. */
export type Head = { seq: number; messageId: string } & (
  | { kind: 'message'; event: InboundEvent; message: InboundMessage }
  | { kind: 'command'; command: Command }
);

/** A command of an operator, an external system or a timer. It is an event in the same inbox as messages, so it cannot race a turn. */
export type Command =
  /** `reason`: who takes the chat. Default: `operator`. */
  | { type: 'pause'; sessionId: string; reason?: PauseReason }
  /** Gives the chat to the bot. A closed session is opened again where it was, unless another session is live. */
  | { type: 'open'; sessionId: string; snapshot: { typebotIntegrationId: string | null; bot: BotSession | null } }
  | { type: 'close'; sessionId: string; reason: ClosingReason }
  /** An external system calls the Webhook block that the flow waits at. `payload`: JSON text. */
  | { type: 'webhook'; sessionId: string; payload: string }
  /** A timer that was set for `dueAt` has fired. */
  | { type: 'timeUp'; dueAt: number }
  | {
      type: 'start';
      sessionId: string;
      /** Receives the bot's messages. */
      address: string;
      publicId: string | null;
      variables: Record<string, string>;
      /** Used as the contact's first message. */
      startMessage: string | null;
      /** `paused`: the session is opened for a human and no bot is started. */
      status: 'open' | 'paused';
      /** If a session is live, close it with reason `replaced` instead of refusing. */
      force: boolean;
    };

/** Why a session was closed. */
export type ClosingReason = 'completed' | 'expired' | 'keyword' | 'operator' | 'integration_removed' | 'replaced' | 'bot_lost' | 'error';

/** Who paused a session: an operator, the human on the phone, a keyword, the flow, too many misses, or a reply that could not be sent. */
export type PauseReason = 'operator' | 'human' | 'keyword' | 'flow' | 'unmatched' | 'send_failed';

/** What a step reacts to. */
export type StepInput =
  /** A turn begins with the event at the head. */
  | { type: 'received' }
  /** The turn that is `due` continues. */
  | { type: 'due' }
  /** The call was not made, because Typebot's host has been down for too long. */
  | { type: 'unreachable' }
  | BotOutcome
  | InquiryOutcome;

export type InputOf<T extends StepInput['type']> = Extract<StepInput, { type: T }>;

/** Everything a step may read besides the state. */
export type StepContext = {
  head: Head;
  /** The conversation's canonical names. */
  chat: ChatAddress;
  instance: { instanceId: string; businessId: string; name: string | null; isRegistered: boolean };
  integration: Integration | null;
  /** A pause or close, a human's message, or a finish or restart keyword is behind the head: the bot must not speak any more. */
  isHeld: boolean;
  /** The texts at the head, including the head itself. Null: texts are not joined here. */
  burst: Burst | null;
  /** The files at the head, including the head itself, as the shell enriched them. Null: the question does not accept several. */
  files: Files | null;
  /** The head is the echo of one of our own sends. */
  isEcho: boolean;
  matches: Matches;
  /** The database's clock. */
  now: number;
  /** The id of a session that this step opens. */
  freshSessionId: string;
};

/** A context with an integration that is switched on. */
export type ReadyContext = StepContext & { integration: Integration };

export type Integration = {
  typebotIntegrationId: string;
  publicId: string;
  typebotURL: string;
  enabled: boolean;
  settings: Settings;
};

/** Consecutive texts of a contact, oldest first. */
export type Burst = {
  texts: string[];
  /** When the first and the last text were ingested. */
  firstAt: number;
  lastAt: number;
  /** Another kind of event follows, so no further text can join. */
  isClosed: boolean;
};

/** Consecutive files of a contact, oldest first. The rest is as in a burst of texts. */
export type Files = Pick<Burst, 'firstAt' | 'lastAt' | 'isClosed'> & { messages: InboundMessage[] };

/** Whether a text matches a pattern, in linear time. The shell provides the engine. `pattern` was validated when it was saved. */
export type Matches = (pattern: string, text: string) => boolean;

/** What one step decides: the next state, at most one request to Typebot, the reply, and how the event ended. */
export type Step = {
  state: Conversation;
  /** Sent to Typebot after the step is committed. Never null in `calling`, always null otherwise. */
  ask: BotCall | BotInquiry | null;
  /** Milliseconds until a `due` turn continues. */
  waitMs: number | null;
  /** One reply for the contact. Empty: no reply. */
  say: OutboundDraft[];
  /** How the head event ended. Null while its turn continues. */
  final: Final | null;
  /** How many events end with it, including the head. */
  events: number;
  /** When the new state changes by itself. Null: never. */
  timerAt: number | null;
  transcript: TranscriptEntry[];
  /** Closed sessions come first, because a chat has at most one live session. */
  sessions: SessionChange[];
  /** Delete replies that were decided and not dispatched. */
  retractsReplies: boolean;
  /** Typebot may still be working on a call: ask nothing until the quarantine is over. */
  quarantine: boolean;
};

/** Every event ends in exactly one of these. */
export type Final =
  | { type: 'answered' }
  | { type: 'ignored'; reason: string }
  | { type: 'uncertain'; reason: string }
  /** An inquiry found out what Typebot heard. Its answer is lost nevertheless. */
  | { type: 'uncertain'; reason: string; resolution: 'processed' | 'not_processed' }
  | { type: 'dead'; reason: string };

/** Nothing is written. The conversation is loaded again after `ms`, or when a new event arrives. */
export type Deferred = { type: 'deferred'; ms: number };

export type SessionChange =
  | { session: Session; status: 'open'; reason: null }
  | { session: Session; status: 'paused'; reason: PauseReason }
  | { session: Session; status: 'closed'; reason: ClosingReason };
