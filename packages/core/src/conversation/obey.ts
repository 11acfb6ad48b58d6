import type { Command, StepContext } from './event.ts';
import { closed, ends, ignores, opened, paused, type Step } from './outcome.ts';
import { type Conversation, idle, type Session } from './state.ts';
import { continueCall, firstCall, startCall } from './turn.ts';

type Order<T extends Command['type']> = Extract<Command, { type: T }>;

/**
 * Carries out an operator's command. What is already so is done again harmlessly; what cannot be is ignored with the reason
 * `conflict_…`, which the API answers with 409.
 */
export function obey(state: Conversation, command: Command, context: StepContext): Step {
  switch (command.type) {
    case 'pause':
      return pause(state, command);
    case 'open':
      return open(state, command);
    case 'close':
      return close(state, command);
    case 'start':
      return start(state, command, context);
  }
}

const done = { type: 'answered' } as const;

function pause(state: Conversation, { sessionId }: Order<'pause'>): Step {
  const session = liveSession(state);
  if (session?.sessionId !== sessionId) return ignores(state, 'conflict_not_open');
  if (state.status === 'paused') return ends(state, done);
  return ends({ status: 'paused', session }, done, { sessions: [paused(session, 'operator')], takesBack: true });
}

function open(state: Conversation, { sessionId, snapshot }: Order<'open'>): Step {
  const live = liveSession(state);
  if (live && live.sessionId !== sessionId) return ignores(state, 'conflict_other_session_open');
  if (state.status === 'waiting') return ends(state, done);
  const session: Session = live ?? { sessionId, ...snapshot };
  const sessions = [opened(session)];
  if (session.bot?.pending.type === 'nothing') return firstCall(continueCall(session.bot, null), session, true, { sessions });
  return ends({ status: 'waiting', session }, done, { sessions });
}

function close(state: Conversation, { sessionId, reason }: Order<'close'>): Step {
  const session = liveSession(state);
  if (session?.sessionId !== sessionId) return ends(state, done);
  return ends(idle, done, { sessions: [closed(session, reason)], takesBack: true });
}

function start(state: Conversation, command: Order<'start'>, context: StepContext): Step {
  if (liveSession(state)) return ignores(state, 'conflict_session_open');
  if (context.integration === null) return ignores(state, 'conflict_no_integration');
  const { sessionId, publicId, variables } = command;
  const session: Session = { sessionId, typebotIntegrationId: context.integration.typebotIntegrationId, bot: null };
  if (command.status === 'paused') {
    return ends({ status: 'paused', session }, done, { sessions: [paused(session, 'operator')] });
  }
  const bot = { typebotURL: context.integration.typebotURL, publicId: publicId ?? context.integration.publicId };
  return firstCall(startCall(context, bot, variables), session, true, { sessions: [opened(session)] });
}

function liveSession(state: Conversation): Session | null {
  return state.status === 'waiting' || state.status === 'paused' ? state.session : null;
}
