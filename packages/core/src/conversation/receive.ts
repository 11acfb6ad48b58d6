import type { InboundMessage } from '../inbound.ts';
import { chooseBot, isKeywordTriggered } from '../triggers/index.ts';
import { answer } from './answer.ts';
import { gather, type ContactWords } from './burst.ts';
import type { Head, StepContext } from './event.ts';
import { isExpired, isSilent } from './expiry.ts';
import { filterReason } from './filter.ts';
import { receiveFromPhone } from './human.ts';
import { keywordIn } from './keywords.ts';
import { applyKeyword } from './apply-keyword.ts';
import { closed, ignores, type Deferred, type Step } from './outcome.ts';
import { freshSession, touched } from './session.ts';
import { type Conversation, idle, liveSession } from './state.ts';
import { firstCall, type Ready, startCall } from './turn.ts';

/** Takes up a message. The rules stand in the order in which they are asked; the first that has something to say decides. */
export function receive(
  state: Conversation,
  { event, message }: Extract<Head, { kind: 'message' }>,
  context: StepContext,
): Step | Deferred {
  const { integration, now } = context;
  if (integration === null) return ignores(state, context.instance.isRegistered ? 'no_integration' : 'unknown_instance');
  if (!integration.enabled) return ignores(state, 'disabled');
  const closedGate = filterReason(event, message, integration.settings, context.chat, now);
  if (closedGate !== null) return ignores(state, closedGate);
  const ready: Ready = { ...context, integration };
  const fromPhone = message.fromMe ? receiveFromPhone(state, message, ready) : null;
  if (fromPhone) return fromPhone;
  if (context.isHeld) return ignores(state, 'paused');
  return isExpired(state, message, { settings: integration.settings, now })
    ? closingFirst(state, handleWords(idle, message, ready))
    : handleWords(state, message, ready);
}

/** The message comes after the session's time: it finds the chat without one. */
function closingFirst({ session }: Extract<Conversation, { status: 'waiting' }>, next: Step | Deferred): Step | Deferred {
  return 'type' in next ? next : { ...next, sessions: [closed(session, 'expired'), ...next.sessions] };
}

function handleWords(state: Conversation, message: InboundMessage, context: Ready): Step | Deferred {
  const { settings } = context.integration;
  const keyword = keywordIn(message.content, settings, state.status === 'paused' ? ['resume'] : ['finish', 'restart', 'pause']);
  if (keyword) return applyKeyword(state, keyword, message, context);
  if (state.status === 'paused') return ignores(state, 'paused');
  if (isSilent(state, message, { settings, now: context.now })) return ignores(state, 'ended');
  const words = gather(message, context.burst, settings, context.now);
  if ('type' in words) return words;
  const session = liveSession(state);
  return session?.bot ? answer(touched(session, context, message.address), session.bot, words, context) : begin(state, words, context);
}

/** No bot speaks here: a trigger starts one. A session that was opened without one (a human wrote first) becomes the bot's. */
function begin(state: Conversation, { message, parts, joined, events }: ContactWords, context: Ready): Step {
  const asksAgain = state.status === 'ended' && context.integration.settings.afterEnd === 'keyword';
  const contents = [message.content, ...parts.map((text) => ({ kind: 'text' as const, text }))];
  const heard = asksAgain ? contents.filter((content) => isKeywordTriggered(content, context.integration, context.matches)) : contents;
  const bot = heard.map((content) => chooseBot(content, context.integration, context.matches)).find((found) => found !== null);
  const live = liveSession(state);
  const session = live === null ? freshSession(context, message.address) : touched(live, context, message.address);
  if (bot) return firstCall(startCall(context, bot, message), { session, isOpen: live !== null, joined, events });
  return ignores(live === null ? state : { status: 'waiting', session }, asksAgain ? 'ended' : 'no_trigger', { events });
}
