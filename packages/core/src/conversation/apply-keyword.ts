import type { InboundMessage } from '../inbound.ts';
import { chooseBot } from '../triggers/index.ts';
import { afterEnd } from './expiry.ts';
import { returnToBot } from './return-to-bot.ts';
import type { Keyword } from './keywords.ts';
import { answered, closed, ends, ignores, notices, opened, paused, type Step } from './outcome.ts';
import { freshSession } from './session.ts';
import { type Conversation, liveSession, type Session } from './state.ts';
import { rule } from './transcript.ts';
import { firstCall, type Ready, startCall } from './turn.ts';

/** What a keyword of the contact, or of the human on the phone, does. Typebot never hears the word itself. */
export function applyKeyword(state: Conversation, keyword: Keyword, message: InboundMessage, context: Ready): Step {
  // Somebody behind takes the chat at once: the bot has nothing more to say.
  const say = context.isHeld ? [] : notices(keyword.answer);
  const transcript = [rule(`keyword.${keyword.kind}`)];
  const session = liveSession(state);
  const given: Given = { state, session, message, context, rest: { say, transcript } };
  switch (keyword.kind) {
    case 'finish':
      return finish(given);
    case 'restart':
      return restart(given);
    case 'pause':
      return pause(given);
    case 'resume':
      return state.status === 'paused' ? returnToBot(state.session, context, given.rest) : ignores(state, 'not_paused');
  }
}

type Given = {
  state: Conversation;
  session: Session | null;
  message: InboundMessage;
  context: Ready;
  rest: Pick<Step, 'say' | 'transcript'>;
};

function finish({ state, session, context, rest }: Given): Step {
  if (session === null) return ends(state, answered, rest);
  const after = afterEnd(context.integration.settings, context.now);
  return ends(after, answered, { ...rest, sessions: [closed(session, 'keyword')], retractsReplies: true });
}

/** The same bot again; where none spoke, the one whose trigger matches, or the integration's own: no trigger is needed. */
function restart({ session, message, context, rest: { say, transcript } }: Given): Step {
  const fresh = freshSession(context, message.address);
  const ended = session === null ? [] : [closed(session, 'keyword')];
  const retractsReplies = session !== null;
  if (context.isHeld) {
    return ends({ status: 'waiting', session: fresh }, answered, {
      transcript,
      sessions: [...ended, opened(fresh)],
      retractsReplies: retractsReplies,
    });
  }
  const bot = session?.bot ?? chooseBot(message.content, context.integration, context.matches) ?? context.integration;
  const call = startCall(context, bot, { ...message, content: { kind: 'text', text: '' } });
  return firstCall(
    call,
    { session: fresh, isOpen: false, joined: '', transcript },
    { say, sessions: ended, retractsReplies: retractsReplies },
  );
}

function pause({ session, message, context, rest }: Given): Step {
  const held = session ?? freshSession(context, message.address);
  const state: Conversation = { status: 'paused', session: held, since: context.now };
  return ends(state, answered, { ...rest, sessions: [paused(held, 'keyword')], retractsReplies: session !== null });
}
