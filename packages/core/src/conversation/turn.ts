import type { BotCall, BotMessage } from '../bot.ts';
import type { InboundMessage } from '../inbound.ts';
import { defaultSettings, type Settings } from '../settings.ts';
import type { Happening, StepContext } from './event.ts';
import { ends, goesOn, ignores, type Step } from './outcome.ts';
import { type BotSession, type Conversation, idle, type Session, type Turn } from './state.ts';
import { asked, type TranscriptEntry } from './transcript.ts';
import { startVariables } from './variables.ts';

/** Puts the first call of a turn on record. `isOpen`: the session is on record as open. */
export function firstCall(call: BotCall, session: Session, isOpen: boolean, rest: Partial<Step> = {}): Step {
  const turn: Turn = { call, session, said: [], transcript: [asked(call)], attempt: 0, chain: 0, restarted: false, isOpen };
  return { ...goesOn({ state: { status: 'calling', turn }, ask: call }), ...rest };
}

/** Puts the next call of a turn on record: a dedicated answer, the first message, a start after a lost session. */
export function nextCall(turn: Turn, call: BotCall, change: Partial<Turn> = {}, rest: Partial<Step> = {}): Step {
  const next: Turn = { ...turn, attempt: 0, chain: turn.chain + 1, ...change, call };
  next.transcript = [...next.transcript, asked(call)];
  return { ...goesOn({ state: { status: 'calling', turn: next }, ask: call }), ...rest };
}

/** Makes the call of a turn that waited. A human who took the chat meanwhile keeps it silent. */
export function callNow(turn: Turn, context: StepContext): Step {
  if (!context.isHeld) return goesOn({ state: { status: 'calling', turn }, ask: turn.call });
  const state = standsAt(turn);
  const transcript: TranscriptEntry[] = [...turn.transcript, { type: 'withheld', messages: turn.said.length }];
  const wasHeard = turn.transcript.some((entry) => entry.type === 'replied');
  return wasHeard ? ends(state, { type: 'answered' }, { transcript }) : ignores(state, 'paused', { transcript });
}

/** Where the chat stands when a turn is given up before its call was heard. */
export function standsAt(turn: Turn): Conversation {
  const { session } = turn;
  if (turn.call.type === 'start') return turn.isOpen ? { status: 'waiting', session } : idle;
  if (turn.call.message !== null || session.bot === null) return { status: 'waiting', session };
  return { status: 'waiting', session: { ...session, bot: { ...session.bot, pending: { type: 'nothing' } } } };
}

export function startCall(
  context: StepContext,
  bot: { typebotURL: string; publicId: string },
  extra: Record<string, string> = {},
): BotCall {
  const { typebotURL, publicId } = bot;
  return { type: 'start', typebotURL, publicId, variables: { ...startVariables(context, messageOf(context)), ...extra } };
}

export function continueCall(bot: BotSession, message: BotMessage | null): BotCall {
  return { type: 'continue', typebotURL: bot.typebotURL, typebotSessionId: bot.typebotSessionId, message };
}

/** What the contact said; of a start by the API, what it says in the contact's place. */
export function messageOf({ head }: StepContext): InboundMessage {
  if (head.kind === 'message') return head.message;
  const start = head.command.type === 'start' ? head.command : null;
  return {
    keyId: '',
    fromMe: false,
    sentByApi: false,
    address: start?.address ?? '',
    participant: null,
    pushName: '',
    contentType: 'text',
    timestamp: null,
    content: { kind: 'text', text: start?.startMessage ?? '' },
  };
}

export function settingsOf({ integration }: StepContext): Settings {
  return integration?.settings ?? defaultSettings;
}

export type Outcome<T extends Happening['type']> = Extract<Happening, { type: T }>;
