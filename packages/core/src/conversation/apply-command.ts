import { messageOf, resumingCall, startCall } from './calls.ts';
import type { BotSession, Command, Conversation, Session, SessionChange, Step, StepContext } from './conversation.ts';
import { timeUp } from './expiry.ts';
import { answered, closed, ends, ignores, opened, paused } from './outcome.ts';
import { freshSession, idle, liveSession, touched } from './session.ts';
import { firstCall, isOff, returnToBot } from './turn.ts';

type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;

/**
 * Carries out a command of an operator, an external system or a timer. A command that changes nothing ends as answered. One that is
 * impossible is ignored with a reason `conflict_…`, which the API answers with 409.
 */
export function applyCommand(state: Conversation, command: Command, context: StepContext): Step {
  switch (command.type) {
    case 'pause':
      return pause(state, command, context);
    case 'open':
      return open(state, command, context);
    case 'close':
      return close(state, command);
    case 'start':
      return start(state, command, context);
    case 'webhook':
      return deliverWebhook(state, command, context);
    case 'timeUp':
      return timeUp(state, context);
  }
}

function pause(state: Conversation, { sessionId, reason = 'operator' }: CommandOf<'pause'>, { now }: StepContext): Step {
  const session = liveSession(state);
  if (session?.sessionId !== sessionId) return ignores(state, 'conflict_not_open');
  if (state.status === 'paused') return ends(state, answered);
  return ends({ status: 'paused', session, since: now }, answered, { sessions: [paused(session, reason)], retractsReplies: true });
}

/** The address and the time of a closed session are not stored, so it gets new ones. */
function open(state: Conversation, { sessionId, snapshot }: CommandOf<'open'>, context: StepContext): Step {
  const live = liveSession(state);
  if (live && live.sessionId !== sessionId) return ignores(state, 'conflict_other_session_open');
  if (state.status === 'waiting') return ends(state, answered);
  return returnToBot(live ?? { sessionId, ...snapshot, address: '', activeAt: context.now }, context);
}

function close(state: Conversation, { sessionId, reason }: CommandOf<'close'>): Step {
  const session = liveSession(state);
  if (session?.sessionId !== sessionId) return ends(state, answered);
  return ends(idle, answered, { sessions: [closed(session, reason)], retractsReplies: true });
}

function start(state: Conversation, command: CommandOf<'start'>, context: StepContext): Step {
  const live = liveSession(state);
  if (live && !command.force) return ignores(state, state.status === 'paused' ? 'conflict_paused' : 'conflict_session_open');
  const { integration, now } = context;
  if (integration === null) return ignores(state, 'conflict_no_integration');
  if (command.status === 'open' && !integration.enabled) return ignores(state, 'conflict_disabled');
  const { sessionId, publicId, variables, address } = command;
  const session: Session = { ...freshSession(context, address), sessionId };
  const before: SessionChange[] = live ? [closed(live, 'replaced')] : [];
  const retractsReplies = live !== null;
  if (command.status === 'paused') {
    const sessions = [...before, paused(session, 'operator')];
    return ends({ status: 'paused', session, since: now }, answered, { sessions, retractsReplies });
  }
  const bot = { typebotURL: integration.typebotURL, publicId: publicId ?? integration.publicId };
  const call = startCall(context, bot, messageOf(context, null), variables);
  return firstCall(call, { session, isOpen: true }, { sessions: [...before, opened(session)], retractsReplies });
}

/**
 * An external system calls the Webhook block that the flow waits at. If a human has the chat, or the bot is switched off, the payload is kept
 * until the flow continues.
 */
function deliverWebhook(state: Conversation, { sessionId, payload }: CommandOf<'webhook'>, context: StepContext): Step {
  const session = liveSession(state);
  if (session?.sessionId !== sessionId || session.bot === null || !takesWebhook(state, session.bot))
    return ignores(state, 'conflict_no_webhook');
  // Stored before the call, so that a turn that is given up or never reaches Typebot does not lose the payload.
  const bot: BotSession = { ...session.bot, pending: { type: 'webhookArrived', payload } };
  if (state.status === 'paused') return ends({ ...state, session: { ...session, bot } }, answered);
  const delivered: Session = touched({ ...session, bot }, context);
  const call = context.isHeld || isOff(context) ? null : resumingCall(bot);
  return call === null ? ends({ status: 'waiting', session: delivered }, answered) : firstCall(call, { session: delivered, isOpen: true });
}

/** A payload that could not be delivered may be replaced by another call, but not one that waits for a human to give the chat back. */
function takesWebhook({ status }: Conversation, { pending }: BotSession): boolean {
  return pending.type === 'webhook' || (pending.type === 'webhookArrived' && status === 'waiting');
}
