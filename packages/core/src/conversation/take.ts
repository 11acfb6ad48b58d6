import { readAnswer } from '../answer.ts';
import type { InboundEvent, InboundMessage } from '../inbound.ts';
import type { OutboundDraft } from '../outbound.ts';
import type { Integration, StepContext } from './event.ts';
import { gate } from './gate.ts';
import { ignores, paused, type Step } from './outcome.ts';
import type { BotSession, Conversation, Session } from './state.ts';
import { triggers } from './trigger.ts';
import { continueCall, firstCall, messageOf, startCall } from './turn.ts';

/** Takes up a message: by whom it was written, whether it may reach the bot, and what it answers. */
export function take(state: Conversation, event: InboundEvent, context: StepContext): Step {
  const { integration } = context;
  if (integration === null) return ignores(state, context.instance.isRegistered ? 'no_integration' : 'unknown_instance');
  if (!integration.enabled) return ignores(state, 'disabled');
  const message = messageOf(context);
  const closedGate = gate(event, message, integration.settings, context.now);
  if (closedGate !== null) return ignores(state, closedGate);
  if (message.fromMe) {
    if (message.sentByApi || context.isEcho) return ignores(state, 'echo');
    if (integration.settings.fromMe === 'ignore') return ignores(state, 'from_me');
    if (integration.settings.fromMe === 'pause') return humanTakesOver(state, integration, context);
  }
  if (context.isHeld) return ignores(state, 'paused');
  return hear(state, message, integration, context);
}

/** The human on the phone wrote: the chat is theirs, also when the bot never spoke in it. */
function humanTakesOver(state: Conversation, integration: Integration, context: StepContext): Step {
  if (state.status === 'paused') return ignores(state, 'human');
  const session = state.status === 'waiting' ? state.session : freshSession(context, integration);
  return ignores({ status: 'paused', session }, 'human', { sessions: [paused(session, 'human')], takesBack: true });
}

function hear(state: Conversation, message: InboundMessage, integration: Integration, context: StepContext): Step {
  switch (state.status) {
    case 'paused':
      return ignores(state, 'paused');
    case 'waiting':
      return state.session.bot === null
        ? firstCall(startCall(context, integration), state.session, true)
        : answer(state, state.session, state.session.bot, message, integration);
    case 'idle':
      return triggers(message.content, integration.settings.trigger)
        ? firstCall(startCall(context, integration), freshSession(context, integration), false)
        : ignores(state, 'no_trigger');
    case 'calling':
    case 'due':
      throw new Error(`A conversation that is ${state.status} takes up no event`);
  }
}

function answer(state: Conversation, session: Session, bot: BotSession, message: InboundMessage, { settings }: Integration): Step {
  // The flow stands at an action that was interrupted: it has to be gone through before anything can be asked.
  if (bot.pending.type === 'nothing') return firstCall(continueCall(bot, null), session, true);
  const read = readAnswer(message, bot.pending, settings);
  if (read.type === 'send') return firstCall(continueCall(bot, read.message), session, true);
  return ignores(state, read.reason, { say: read.notice === null ? [] : [notice(read.notice)] });
}

export function freshSession({ freshSessionId }: StepContext, { typebotIntegrationId }: Integration): Session {
  return { sessionId: freshSessionId, typebotIntegrationId, bot: null };
}

export function notice(text: string): OutboundDraft {
  return { type: 'text', text, linkPreview: false, typingMs: 0, waitMs: 0 };
}
