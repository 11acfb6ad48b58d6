import type { InboundMessage } from '../inbound.ts';
import { chooseBot, isKeywordTriggered } from '../triggers/index.ts';
import { answer } from './answer.ts';
import { type ContactWords, gather, gatherFiles, takesSeveralFiles } from './burst.ts';
import { startCall } from './calls.ts';
import type { Conversation, Deferred, Head, ReadyContext, Step, StepContext } from './conversation.ts';
import { isExpired, isSilent } from './expiry.ts';
import { filterReason } from './filter.ts';
import { applyKeyword, keywordIn } from './keywords.ts';
import { closed, ignores } from './outcome.ts';
import { receiveFromPhone } from './phone.ts';
import { freshSession, idle, liveSession, touched } from './session.ts';
import { firstCall } from './turn.ts';

/** Handles a message. The rules apply in this order, and the first one that applies decides. */
export function receive(
  state: Conversation,
  { event, message }: Extract<Head, { kind: 'message' }>,
  context: StepContext,
): Step | Deferred {
  const { integration, now } = context;
  if (integration === null) return ignores(state, context.instance.isRegistered ? 'no_integration' : 'unknown_instance');
  if (!integration.enabled) return ignores(state, 'disabled');
  const filtered = filterReason(event, message, integration.settings, context.chat, now);
  if (filtered !== null) return ignores(state, filtered);
  const ready: ReadyContext = { ...context, integration };
  const fromPhone = message.fromMe ? receiveFromPhone(state, message, ready) : null;
  if (fromPhone) return fromPhone;
  if (context.isHeld) return ignores(state, 'paused');
  return isExpired(state, message, { settings: integration.settings, now })
    ? closesFirst(state, receiveWords(idle, message, ready))
    : receiveWords(state, message, ready);
}

/** The message was written after the session's idle time, so the session is closed before the message is handled. */
function closesFirst({ session }: Extract<Conversation, { status: 'waiting' }>, next: Step | Deferred): Step | Deferred {
  return 'type' in next ? next : { ...next, sessions: [closed(session, 'expired'), ...next.sessions] };
}

function receiveWords(state: Conversation, message: InboundMessage, context: ReadyContext): Step | Deferred {
  const { settings } = context.integration;
  const keyword = keywordIn(message.content, settings, state.status === 'paused' ? ['resume'] : ['finish', 'restart', 'pause']);
  if (keyword) return applyKeyword(state, keyword, message, context);
  if (state.status === 'paused') return ignores(state, 'paused');
  if (isSilent(state, message, { settings, now: context.now })) return ignores(state, 'ended');
  const words = takesSeveralFiles(state)
    ? gatherFiles(message, context.files, settings, context.now)
    : gather(message, context.burst, settings, context.now);
  if ('type' in words) return words;
  const session = liveSession(state);
  return session?.bot ? answer(touched(session, context, message.address), session.bot, words, context) : begin(state, words, context);
}

/** No bot is running: a trigger starts one. It takes over a session that was opened without a bot, because a human wrote first. */
function begin(state: Conversation, { message, parts, joined, events }: ContactWords, context: ReadyContext): Step {
  const needsKeyword = state.status === 'ended' && context.integration.settings.afterEnd === 'keyword';
  const contents = [message.content, ...parts.map((text) => ({ kind: 'text' as const, text }))];
  const eligible = needsKeyword
    ? contents.filter((content) => isKeywordTriggered(content, context.integration, context.matches))
    : contents;
  const bot = eligible.map((content) => chooseBot(content, context.integration, context.matches)).find((chosen) => chosen !== null);
  const live = liveSession(state);
  const session = live === null ? freshSession(context, message.address) : touched(live, context, message.address);
  if (bot) return firstCall(startCall(context, bot, message), { session, isOpen: live !== null, joined, events });
  return ignores(live === null ? state : { status: 'waiting', session }, needsKeyword ? 'ended' : 'no_trigger', { events });
}
