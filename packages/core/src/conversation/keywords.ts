import type { InboundContent, InboundMessage } from '../inbound.ts';
import { keywordForm } from '../normalise.ts';
import type { Settings } from '../settings.ts';
import { chooseBot } from '../triggers/index.ts';
import { startCall } from './calls.ts';
import type { Conversation, ReadyContext, Session, Step } from './conversation.ts';
import { afterEnd } from './expiry.ts';
import { answered, closed, ends, ignores, notices, opened, paused, rule } from './outcome.ts';
import { freshSession, liveSession } from './session.ts';
import { firstCall, returnToBot } from './turn.ts';

type KeywordKind = keyof Settings['keywords'];

/** `answer`: the reply to the keyword. Null: no reply. */
export type Keyword = { kind: KeywordKind; answer: string | null };

/** The settings refuse a word in more than one list, so the order does not matter. */
const allKinds: readonly KeywordKind[] = ['finish', 'restart', 'pause', 'resume'];

/** The keyword of one of `kinds` that equals the whole message. Only a text or a tapped choice can be one, a caption cannot. */
export function keywordIn(content: InboundContent, { keywords }: Settings, kinds = allKinds): Keyword | null {
  if (kinds.every((kind) => keywords[kind].length === 0)) return null;
  const words = keywordForm(content.kind === 'text' ? content.text : content.kind === 'reply' ? content.title : '');
  if (words === '') return null;
  for (const kind of kinds) {
    const found = keywords[kind].find(({ word }) => keywordForm(word) === words);
    if (found) return { kind, answer: found.answer };
  }
  return null;
}

/** Carries out a keyword of the contact, or of the human on the phone. Typebot never receives the word itself. */
export function applyKeyword(state: Conversation, keyword: Keyword, message: InboundMessage, context: ReadyContext): Step {
  // A later event takes the chat at once, so the bot must not speak.
  const say = context.isHeld ? [] : notices(keyword.answer);
  const transcript = [rule(`keyword.${keyword.kind}`)];
  const applied: Applied = { session: liveSession(state), message, context, rest: { say, transcript } };
  switch (keyword.kind) {
    case 'finish':
      return finish(state, applied);
    case 'restart':
      return restart(applied);
    case 'pause':
      return pause(applied);
    case 'resume':
      return state.status === 'paused' ? returnToBot(state.session, context, applied.rest) : ignores(state, 'not_paused');
  }
}

type Applied = {
  session: Session | null;
  message: InboundMessage;
  context: ReadyContext;
  rest: Pick<Step, 'say' | 'transcript'>;
};

function finish(state: Conversation, { session, context, rest }: Applied): Step {
  if (session === null) return ends(state, answered, rest);
  const after = afterEnd(context.integration.settings, context.now);
  return ends(after, answered, { ...rest, sessions: [closed(session, 'keyword')], retractsReplies: true });
}

/** Starts the same bot again. If none was running, the one whose trigger matches, else the integration's own, whatever its trigger. */
function restart({ session, message, context, rest: { say, transcript } }: Applied): Step {
  const fresh = freshSession(context, message.address);
  const before = session === null ? [] : [closed(session, 'keyword')];
  const retractsReplies = session !== null;
  if (context.isHeld) {
    const sessions = [...before, opened(fresh)];
    return ends({ status: 'waiting', session: fresh }, answered, { transcript, sessions, retractsReplies });
  }
  const bot = session?.bot ?? chooseBot(message.content, context.integration, context.matches) ?? context.integration;
  const call = startCall(context, bot, { ...message, content: { kind: 'text', text: '' } });
  return firstCall(call, { session: fresh, isOpen: false, joined: '', transcript }, { say, sessions: before, retractsReplies });
}

function pause({ session, message, context, rest }: Applied): Step {
  const taken = session ?? freshSession(context, message.address);
  const state: Conversation = { status: 'paused', session: taken, since: context.now };
  return ends(state, answered, { ...rest, sessions: [paused(taken, 'keyword')], retractsReplies: session !== null });
}
