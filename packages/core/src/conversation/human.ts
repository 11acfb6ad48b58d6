import type { InboundMessage } from '../inbound.ts';
import { keywordIn } from './keywords.ts';
import { applyKeyword } from './apply-keyword.ts';
import { ignores, paused, type Step } from './outcome.ts';
import { freshSession } from './session.ts';
import { type Conversation, liveSession } from './state.ts';
import type { Ready } from './turn.ts';

/** A message from the phone's side: our own echo, or a human at work. Null: it is to be heard as the contact's. */
export function receiveFromPhone(state: Conversation, message: InboundMessage, context: Ready): Step | null {
  if (message.sentByApi || context.isEcho) return ignores(state, 'echo');
  switch (context.integration.settings.fromMe) {
    case 'ignore':
      return ignores(state, 'from_me');
    case 'listen':
      return null;
    case 'pause':
      return keywordOfHuman(state, message, context) ?? pauseForHuman(state, message, context);
  }
}

/** How a human who holds the chat gives it back, or ends it. To pause it any word will do. */
function keywordOfHuman(state: Conversation, message: InboundMessage, context: Ready): Step | null {
  const keyword = keywordIn(message.content, context.integration.settings, ['finish', 'restart', 'resume']);
  return keyword && applyKeyword(state, keyword, message, context);
}

/** The chat is the human's, also when the bot never spoke in it. Each of their messages puts off the time it is handed back by itself. */
function pauseForHuman(state: Conversation, message: InboundMessage, context: Ready): Step {
  if (state.status === 'paused') return ignores({ ...state, since: context.now }, 'human');
  const session = liveSession(state) ?? freshSession(context, message.address);
  const sessions = [paused(session, 'human')];
  return ignores({ status: 'paused', session, since: context.now }, 'human', { sessions, retractsReplies: true });
}
