import { readAnswer } from '../answer.ts';
import type { BotMessage } from '../bot.ts';
import { hint } from '../inputs/hints.ts';
import { askAgain } from '../render.ts';
import type { ContactWords } from './burst.ts';
import { contactPhone, continueCall, resumingCall } from './calls.ts';
import type { BotSession, Pending, ReadyContext, Session, Step } from './conversation.ts';
import { ignores, notices, paused, rule } from './outcome.ts';
import { firstCall } from './turn.ts';

/** Gives the contact's words to a bot that waits for them. */
export function answer(session: Session, bot: BotSession, words: ContactWords, context: ReadyContext): Step {
  const { joined, events } = words;
  const { settings } = context.integration;
  // The flow was interrupted and must continue before it can receive an answer.
  const resuming = resumingCall(bot);
  if (resuming) return firstCall(resuming, { session, isOpen: true, joined, events });
  const { pending } = bot;
  const state = { status: 'waiting' as const, session };
  // Typebot would take any text for the body of the external call.
  if (pending.type === 'webhook') return ignores(state, 'webhook_pending', { say: notices(settings.hints.waiting ?? null), events });
  if (pending.type === 'nothing' || pending.type === 'webhookArrived')
    throw new Error(`A flow that waits for ${pending.type} continues by itself`);

  const read = readAnswer(words.message, pending, settings, contactPhone(context, words.message));
  switch (read.type) {
    case 'send': {
      const matched: Session = { ...session, bot: { ...bot, misses: 0 } };
      return firstCall(continueCall(bot, read.message), { session: matched, isOpen: true, joined, events });
    }
    case 'unmatched':
      return afterMiss({ session, bot, pending, words, context }, read.message);
    case 'hold':
      return ignores(state, read.reason, { say: notices(read.notice), events });
  }
}

type Miss = {
  session: Session;
  bot: BotSession;
  pending: Extract<Pending, { type: 'input' | 'embed' }>;
  words: ContactWords;
  context: ReadyContext;
};

/** The words match no option: Typebot receives them, the options are shown again, or, after `misses` in a row, `then` applies. */
function afterMiss(miss: Miss, message: BotMessage | null): Step {
  const { unmatchedChoice: policy } = miss.context.integration.settings;
  const misses = miss.bot.misses + 1;
  const isLimit = policy.misses > 0 && misses >= policy.misses;
  if (isLimit && policy.then === 'pause') return pausesForHuman(miss);
  const counted = withMisses(miss, isLimit ? 0 : misses);
  return (isLimit ? showsHint(counted) : null) ?? sendsOrShowsOptions(counted, message);
}

function withMisses(miss: Miss, misses: number): Miss {
  const bot = { ...miss.bot, misses };
  return { ...miss, bot, session: { ...miss.session, bot } };
}

function sendsOrShowsOptions({ session, bot, pending, words: { joined, events }, context }: Miss, message: BotMessage | null): Step {
  const { settings } = context.integration;
  const isShown = settings.unmatchedChoice.action === 'show' && pending.type === 'input';
  const say = isShown ? askAgain(pending.input, settings) : [];
  // If there is nothing to show, the bot's own complaint is better than silence.
  if (say.length === 0) return firstCall(continueCall(bot, message), { session, isOpen: true, joined, events });
  return ignores({ status: 'waiting', session }, 'unmatched', { say, events, transcript: [rule('unmatched.show')] });
}

/** Null: no hint is set, so the caller does something else instead of being silent. */
function showsHint({ session, words, context }: Miss): Step | null {
  const say = notices(hint(context.integration.settings, 'unmatched'));
  if (say.length === 0) return null;
  return ignores({ status: 'waiting', session }, 'unmatched', { say, events: words.events, transcript: [rule('unmatched.hint')] });
}

/** Sends only a hint that the operator has set: the default one asks the contact to try again. */
function pausesForHuman(miss: Miss): Step {
  const { session, words, context } = withMisses(miss, 0);
  return ignores({ status: 'paused', session, since: context.now }, 'unmatched', {
    say: notices(context.integration.settings.hints.unmatched ?? null),
    events: words.events,
    sessions: [paused(session, 'unmatched')],
    transcript: [rule('unmatched.pause')],
  });
}
