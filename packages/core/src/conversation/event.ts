import type { BotOutcome, InquiryOutcome } from '../bot.ts';
import type { ChatAddress } from '../identity.ts';
import type { InboundEvent, InboundMessage } from '../inbound.ts';
import type { Settings } from '../settings.ts';
import type { PauseReason } from './outcome.ts';
import type { BotSession } from './state.ts';

/** The event at the head of a chat's inbox: the one being carried to its end. `message`: what it says, as the shell has read and prepared it. */
export type Head = { seq: number; messageId: string } & (
  | { kind: 'message'; event: InboundEvent; message: InboundMessage }
  | { kind: 'command'; command: Command }
);

/** What an operator orders. It stands in the same inbox as the contact's messages, so it can never race a turn. */
export type Command =
  /** `reason`: who takes the chat; absent: an operator. */
  | { type: 'pause'; sessionId: string; reason?: PauseReason }
  /** Back to the bot. Of a closed session: it lives again where it stood, if no other one lives. */
  | { type: 'open'; sessionId: string; snapshot: { typebotIntegrationId: string | null; bot: BotSession | null } }
  | { type: 'close'; sessionId: string; reason: ClosingReason }
  /** An outside system calls the Webhook block the flow stands at. `payload`: JSON text. */
  | { type: 'webhook'; sessionId: string; payload: string }
  /** A timer that was set for `dueAt` has rung. */
  | { type: 'timeUp'; dueAt: number }
  | {
      type: 'start';
      sessionId: string;
      /** Where the bot's messages go. */
      address: string;
      publicId: string | null;
      variables: Record<string, string>;
      /** Taken as the contact's first message. */
      startMessage: string | null;
      /** `paused`: the chat is taken away from the bot and nothing is started. */
      status: 'open' | 'paused';
      /** Also when a session is open or a human holds the chat: that session is closed with reason `replaced`. */
      force: boolean;
    };

/** Why a session was closed. */
export type ClosingReason = 'completed' | 'expired' | 'keyword' | 'operator' | 'integration_removed' | 'replaced' | 'bot_lost' | 'error';

/** What happens to a conversation in one step. */
export type StepInput =
  /** Its head event is taken up. */
  | { type: 'received' }
  /** The time that a `due` turn waited for has come. */
  | { type: 'due' }
  /** Its call was not made: for too long has Typebot's host answered nobody. */
  | { type: 'unreachable' }
  | BotOutcome
  | InquiryOutcome;

/** Everything a step may look at besides the state. */
export type StepContext = {
  head: Head;
  /** Where the conversation stands, by its canonical names: what is known of the contact from before. */
  chat: ChatAddress;
  instance: { instanceId: string; businessId: string; name: string | null; isRegistered: boolean };
  integration: Integration | null;
  /** A pause or close, a human's message, or a finish or restart keyword stands behind the head: the bot falls silent now. */
  isHeld: boolean;
  /** The texts that stand at the head, itself included; null: texts are not joined here. */
  burst: Burst | null;
  /** The head is one of our own sends. */
  isEcho: boolean;
  /** Whether a text matches a pattern, in linear time. */
  matches: Matches;
  /** The database's clock, milliseconds since 1970. */
  now: number;
  /** A new session, if one is opened, has this id. */
  freshSessionId: string;
};

export type Integration = {
  typebotIntegrationId: string;
  publicId: string;
  typebotURL: string;
  enabled: boolean;
  settings: Settings;
};

/** Consecutive texts of a contact, the oldest first. */
export type Burst = {
  texts: string[];
  /** When the first and the last of them came in. */
  firstAt: number;
  lastAt: number;
  /** Something else stands behind them, so no other text can join. */
  isClosed: boolean;
};

/** The engine is the shell's, since core knows no other package. `pattern` was accepted when it was saved. */
export type Matches = (pattern: string, text: string) => boolean;
