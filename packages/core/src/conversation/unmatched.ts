import type { BotMessage } from '../bot.ts';
import { hint } from '../inputs/hints.ts';
import { askAgain } from '../render.ts';
import type { ContactWords } from './burst.ts';
import { ignores, notices, paused, type Step } from './outcome.ts';
import type { BotSession, Pending, Session } from './state.ts';
import { rule } from './transcript.ts';
import { continueCall, firstCall, type Ready } from './turn.ts';

type Missed = {
  session: Session;
  bot: BotSession;
  pending: Extract<Pending, { type: 'input' | 'embed' }>;
  words: ContactWords;
  context: Ready;
};

/** The words name none of the options: Typebot hears them, the options are shown again, or, after so many times, something else helps. */
export function afterMiss(missed: Missed, message: BotMessage | null): Step {
  const { unmatchedChoice: policy } = missed.context.integration.settings;
  const misses = missed.bot.misses + 1;
  const isEnough = policy.misses > 0 && misses >= policy.misses;
  if (isEnough && policy.then === 'pause') return leavesToHuman(missed);
  const counted = withMisses(missed, isEnough ? 0 : misses);
  return (isEnough ? hints(counted) : null) ?? again(counted, message);
}

function withMisses(missed: Missed, misses: number): Missed {
  const bot = { ...missed.bot, misses };
  return { ...missed, bot, session: { ...missed.session, bot } };
}

function again({ session, bot, pending, words: { joined, events }, context }: Missed, message: BotMessage | null): Step {
  const { settings } = context.integration;
  const isShown = settings.unmatchedChoice.action === 'show' && pending.type === 'input';
  const say = isShown ? askAgain(pending.input, settings) : [];
  // Where there is nothing to show, the bot's own words are better than silence.
  if (say.length === 0) return firstCall(continueCall(bot, message), { session, isOpen: true, joined, events });
  return ignores({ status: 'waiting', session }, 'unmatched', { say, events, transcript: [rule('unmatched.show')] });
}

/** Null where there is no hint to give: anything is better than silence. */
function hints({ session, words, context }: Missed): Step | null {
  const say = notices(hint(context.integration.settings, 'unmatched'));
  if (say.length === 0) return null;
  return ignores({ status: 'waiting', session }, 'unmatched', { say, events: words.events, transcript: [rule('unmatched.hint')] });
}

/** The default hint asks for another try, which is not what is wanted now: only the operator's own words are said. */
function leavesToHuman(missed: Missed): Step {
  const { session, words, context } = withMisses(missed, 0);
  return ignores({ status: 'paused', session, since: context.now }, 'unmatched', {
    say: notices(context.integration.settings.hints.unmatched ?? null),
    events: words.events,
    sessions: [paused(session, 'unmatched')],
    transcript: [rule('unmatched.pause')],
  });
}
