import type { BotOutcome } from '../bot.ts';
import type { InboundEvent } from '../inbound.ts';
import type { Settings } from '../settings.ts';
import type { BotSession } from './state.ts';

/** The event at the head of a chat's inbox: the one being carried to its end. */
export type Head = { seq: number; messageId: string } & ({ kind: 'message'; event: InboundEvent } | { kind: 'command'; command: Command });

/** What an operator orders. It stands in the same inbox as the contact's messages, so it can never race a turn. */
export type Command =
  | { type: 'pause'; sessionId: string }
  /** Back to the bot. Of a closed session: it lives again where it stood, if no other one lives. */
  | { type: 'open'; sessionId: string; snapshot: { typebotIntegrationId: string | null; bot: BotSession | null } }
  | { type: 'close'; sessionId: string; reason: string }
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
    };

/** What happens to a conversation in one step. */
export type Happening =
  /** Its head event is taken up. */
  | { type: 'taken' }
  /** The time that a `due` turn waited for has come. */
  | { type: 'due' }
  | BotOutcome;

/** Everything a step may look at besides the state. */
export type StepContext = {
  head: Head;
  instance: { instanceId: string; businessId: string; name: string | null; isRegistered: boolean };
  integration: Integration | null;
  /** A pause or close stands behind the head: the bot falls silent now. */
  isHeld: boolean;
  /** The head's key id is one of our own sends. */
  isEcho: boolean;
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
