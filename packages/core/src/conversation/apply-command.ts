import { currentSession } from './current.ts';
import type { Command, StepContext } from './event.ts';
import { timeUp } from './expiry.ts';
import { returnToBot } from './return-to-bot.ts';
import { answered, closed, ends, ignores, opened, paused, type SessionChange, type Step } from './outcome.ts';
import { freshSession } from './session.ts';
import { type Conversation, idle, liveSession, type Session } from './state.ts';
import { firstCall, messageOf, startCall } from './turn.ts';
import { webhook } from './webhook.ts';

type Order<T extends Command['type']> = Extract<Command, { type: T }>;

/**
 * Carries out an operator's command, an outside system's, or a timer's. What is already so is done again harmlessly; what cannot be is
 * ignored with the reason `conflict_…`, which the API answers with 409.
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
      return webhook(state, command, context);
    case 'timeUp':
      return timeUp(state, context);
  }
}

function pause(state: Conversation, { sessionId, reason = 'operator' }: Order<'pause'>, { now }: StepContext): Step {
  const session = liveSession(state);
  if (session?.sessionId !== sessionId) return ignores(state, 'conflict_not_open');
  if (state.status === 'paused') return ends(state, answered);
  return ends({ status: 'paused', session, since: now }, answered, { sessions: [paused(session, reason)], retractsReplies: true });
}

function open(state: Conversation, { sessionId, snapshot }: Order<'open'>, context: StepContext): Step {
  const live = liveSession(state);
  if (live && live.sessionId !== sessionId) return ignores(state, 'conflict_other_session_open');
  if (state.status === 'waiting') return ends(state, answered);
  return returnToBot(live ?? currentSession({ sessionId, ...snapshot }, context), context);
}

function close(state: Conversation, { sessionId, reason }: Order<'close'>): Step {
  const session = liveSession(state);
  if (session?.sessionId !== sessionId) return ends(state, answered);
  return ends(idle, answered, { sessions: [closed(session, reason)], retractsReplies: true });
}

function start(state: Conversation, command: Order<'start'>, context: StepContext): Step {
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
    return ends({ status: 'paused', session, since: now }, answered, {
      sessions: [...before, paused(session, 'operator')],
      retractsReplies: retractsReplies,
    });
  }
  const bot = { typebotURL: integration.typebotURL, publicId: publicId ?? integration.publicId };
  const call = startCall(context, bot, messageOf(context, null), variables);
  return firstCall(call, { session, isOpen: true }, { sessions: [...before, opened(session)], retractsReplies: retractsReplies });
}
