import type { BotCall, BotMessage } from '../bot.ts';
import type { InboundMessage } from '../inbound.ts';
import { defaultSettings, type Settings } from '../settings.ts';
import type { StepInput, Integration, StepContext } from './event.ts';
import { answered, ends, type Final, goesOn, ignores, type Deferred, type Step } from './outcome.ts';
import { type BotSession, type Conversation, idle, type Session, type Turn } from './state.ts';
import { asked } from './transcript.ts';
import { startVariables } from './variables.ts';

/** A context whose integration is there and switched on. */
export type Ready = StepContext & { integration: Integration };

/** How a turn begins. `isOpen`: the session is on record as open. */
type Opening = { session: Session; isOpen: boolean } & Partial<Pick<Turn, 'events' | 'joined' | 'transcript'>>;

/** Puts the first call of a turn on record. */
export function firstCall(call: BotCall, opening: Opening, rest: Partial<Pick<Step, 'say' | 'sessions' | 'retractsReplies'>> = {}): Step {
  const { session, isOpen, events = 1, joined = null, transcript = [] } = opening;
  const progress = { said: [], attempt: 0, held: null, inquiry: null, resends: 0, chain: 0, restarted: false };
  const turn: Turn = { call, session, ...progress, events, joined, transcript: [...transcript, asked(call)], isOpen };
  return goesOn({ state: { status: 'calling', turn }, ask: call, ...rest });
}

/** Puts the next call of a turn on record: a dedicated answer, the first message, a start after a lost session. */
export function nextCall(turn: Turn, call: BotCall, change: Partial<Turn> = {}, rest: Partial<Step> = {}): Step {
  const next = following(turn, call, change);
  return goesOn({ ...rest, state: { status: 'calling', turn: next }, ask: call });
}

/** The turn with its next call, not made yet. */
export function following(turn: Turn, call: BotCall, change: Partial<Turn> = {}): Turn {
  const next: Turn = { ...turn, attempt: 0, held: null, inquiry: null, resends: 0, chain: turn.chain + 1, ...change, call };
  return { ...next, transcript: [...next.transcript, asked(call)] };
}

/** The turn's call is made in `waitMs`. */
export function waitsFor(waitMs: number, turn: Turn, { now }: StepContext, rest: Partial<Step> = {}): Step {
  return goesOn({ ...rest, state: { status: 'due', turn, dueAt: now + waitMs }, waitMs });
}

/** The turn is over, and with it all events that it answers. */
export function endsTurn(turn: Turn, state: Conversation, final: Final, rest: Partial<Step> = {}): Step {
  return ends(state, final, { transcript: turn.transcript, ...rest, events: turn.events });
}

/** Makes the call of a turn that waited, when it is due. A human who took the chat meanwhile, a keyword, or a bot switched off gives it up. */
export function callNow(turn: Turn, dueAt: number, context: StepContext): Step | Deferred {
  if (isOff(context)) return givenUp(turn, 'disabled');
  if (context.isHeld) return givenUp(turn, 'paused');
  if (context.now < dueAt) return { type: 'deferred', ms: dueAt - context.now };
  return goesOn({ state: { status: 'calling', turn }, ask: turn.call });
}

function givenUp(turn: Turn, reason: 'disabled' | 'paused'): Step {
  const state = standsAt(turn);
  const rest = { transcript: [...turn.transcript, { type: 'withheld' as const, messages: turn.said.length }], events: turn.events };
  const wasHeard = turn.transcript.some((entry) => entry.type === 'replied');
  return wasHeard ? ends(state, answered, rest) : ignores(state, reason, rest);
}

/** Where the chat stands when a turn is given up before its call was heard. */
export function standsAt({ session, call, isOpen }: Turn): Conversation {
  if (call.type === 'start') return isOpen ? { status: 'waiting', session } : idle;
  if (call.message !== null || session.bot === null) return { status: 'waiting', session };
  return { status: 'waiting', session: { ...session, bot: { ...session.bot, pending: { type: 'nothing' } } } };
}

/** `message`: what starts the bot. */
export function startCall(
  context: StepContext,
  { typebotURL, publicId }: { typebotURL: string; publicId: string },
  message: InboundMessage,
  extra: Record<string, string> = {},
): BotCall {
  return { type: 'start', typebotURL, publicId, variables: { ...startVariables(context, message), ...extra } };
}

export function continueCall(bot: BotSession, message: BotMessage | null): BotCall {
  return { type: 'continue', typebotURL: bot.typebotURL, typebotSessionId: bot.typebotSessionId, message };
}

/** The call with which an interrupted flow goes on by itself; null when it waits for somebody. */
export function nextCallOf(bot: BotSession): BotCall | null {
  if (bot.pending.type === 'nothing') return continueCall(bot, null);
  return bot.pending.type === 'webhookArrived' ? continueCall(bot, webhookMessage(bot.pending.payload)) : null;
}

/** What Typebot's Webhook block takes for the body of the call it waits for. */
export function webhookMessage(payload: string): string {
  return `{"data":${payload}}`;
}

/** What the contact said; of a start by the API, what it says in the contact's place. */
export function messageOf({ head }: StepContext, joined: string | null): InboundMessage {
  const message = head.kind === 'message' ? head.message : nobody(head.command.type === 'start' ? head.command : null);
  return joined === null ? message : { ...message, content: { kind: 'text', text: joined } };
}

function nobody(start: { address: string; startMessage: string | null } | null): InboundMessage {
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

/** The bot is switched off, or taken off the instance: nothing more is asked of it. */
export function isOff({ integration }: StepContext): boolean {
  return !integration?.enabled;
}

export function settingsOf({ integration }: StepContext): Settings {
  return integration?.settings ?? defaultSettings;
}

export type Outcome<T extends StepInput['type']> = Extract<StepInput, { type: T }>;
