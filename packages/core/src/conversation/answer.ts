import { readAnswer } from '../answer.ts';
import type { ContactWords } from './burst.ts';
import { ignores, notices, type Step } from './outcome.ts';
import type { BotSession, Session } from './state.ts';
import { continueCall, firstCall, nextCallOf, type Ready } from './turn.ts';
import { afterMiss } from './unmatched.ts';

/** What the contact's words are to a bot that waits. */
export function answer(session: Session, bot: BotSession, words: ContactWords, context: Ready): Step {
  const { joined, events } = words;
  const { settings } = context.integration;
  // The flow was interrupted: it has to be gone through before anything can be asked.
  const open = nextCallOf(bot);
  if (open) return firstCall(open, { session, isOpen: true, joined, events });
  const { pending } = bot;
  const state = { status: 'waiting' as const, session };
  // Typebot would take any words for what the outside system delivers.
  if (pending.type === 'webhook') return ignores(state, 'webhook_pending', { say: notices(settings.hints.waiting ?? null), events });
  if (pending.type === 'nothing' || pending.type === 'webhookArrived') throw new Error(`A flow that stands at ${pending.type} goes on`);

  const read = readAnswer(words.message, pending, settings);
  switch (read.type) {
    case 'send': {
      const matched: Session = { ...session, bot: { ...bot, misses: 0 } };
      return firstCall(continueCall(bot, read.message), { session: matched, isOpen: true, joined, events });
    }
    case 'unmatched':
      return afterMiss({ session, bot, pending, words: words, context }, read.message);
    case 'hold':
      return ignores(state, read.reason, { say: notices(read.notice), events });
  }
}
