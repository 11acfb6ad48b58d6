import type { BotResult } from '../bot.ts';
import type { StepContext } from './event.ts';
import { inquiryOf, verdictOf } from './evidence.ts';
import { afterEnd } from './expiry.ts';
import { closed, goesOn, type Deferred, type Step } from './outcome.ts';
import { afterNotSent, backoffMs, type Doubt, endsInDoubt, failed, leftInDoubt, uncertain } from './call-failure.ts';
import type { Inquiry, Turn } from './state.ts';
import { asked } from './transcript.ts';
import { wordsInDoubt } from './trouble.ts';
import { endsTurn, isOff, type Outcome, settingsOf, waitsFor } from './turn.ts';

/** Times the results API is asked about one call before it stays in doubt: with the waits of `backoffMs` about three seconds. */
export const inquiriesMax = 3;

/** Times one call is made again because Typebot had surely not heard it. */
export const resendsMax = 2;

/** It is not known whether Typebot heard: what it has kept is looked at where that may tell, once it can no longer be at work on the call. */
export function afterUncertain(turn: Turn, cause: string, context: StepContext): Step {
  // The call in doubt is the inquiry itself, which may be made again.
  if (turn.inquiry) return afterNoInspection(turn, { cause, mayPass: true }, context);
  const doubtful = { ...turn, transcript: failed(turn, 'uncertain', cause) };
  if (inquiryOf(turn, context) === null) return leftInDoubt(doubtful, { cause, resolution: null, quarantine: true }, context);
  return waitsFor(0, { ...doubtful, inquiry: { cause, tries: 0 } }, context, { quarantine: true });
}

/** A start carries nobody's words, so it may be taken at a proxy's word; of a contact's words the operator says whether. */
export function afterUnavailable(turn: Turn, { cause, retryAfterMs }: Outcome<'unavailable'>, context: StepContext): Step {
  const isSurelyUnheard = turn.call.type === 'start' || settingsOf(context).serviceUnavailable === 'retry';
  if (!isSurelyUnheard) return afterUncertain(turn, cause, context);
  return afterNotSent(turn, { type: 'notSent', cause, retryAfterMs }, context);
}

/** Makes the inquiry of a turn that waited for it. Where a human or a keyword came between, or the bot was switched off, nothing is said any more. */
export function inspectNow(turn: Turn, dueAt: number, context: StepContext): Step | Deferred {
  if (context.isHeld || isOff(context)) return keptQuiet(turn);
  if (context.now < dueAt) return { type: 'deferred', ms: dueAt - context.now };
  const ask = inquiryOf(turn, context);
  if (ask === null) return leftInDoubt(turn, uncertaintyOf(turn, null), context);
  return goesOn({ state: { status: 'calling', turn }, ask });
}

/** Typebot told what it has kept. */
export function afterInspection(turn: Turn, result: BotResult, context: StepContext): Step {
  const verdict = verdictOf(turn, result);
  const judged: Turn = { ...turn, transcript: [...turn.transcript, { type: 'inspected', verdict }] };
  if (verdict === 'not_processed') return saidAgain(judged, context);
  if (verdict === 'unknown') return leftInDoubt(judged, uncertaintyOf(turn, null), context);
  return result.isCompleted ? afterUnprocessedEnd(judged, context) : leftInDoubt(judged, uncertaintyOf(turn, 'processed'), context);
}

/** Nobody could tell: another try later, or the call stays in doubt. */
export function afterNoInspection(
  turn: Turn,
  { cause, mayPass }: Pick<Outcome<'notInspected'>, 'cause' | 'mayPass'>,
  context: StepContext,
): Step {
  const inquiry = inquiryIn(turn);
  const tries = inquiry.tries + 1;
  const next: Turn = { ...turn, transcript: failed(turn, 'notInspected', cause), inquiry: { ...inquiry, tries } };
  if (mayPass && tries < inquiriesMax) return waitsFor(backoffMs(tries, null), next, context);
  return leftInDoubt(next, uncertaintyOf(turn, null), context);
}

function saidAgain(turn: Turn, context: StepContext): Step {
  if (turn.resends >= resendsMax) return leftInDoubt(turn, uncertaintyOf(turn, 'not_processed'), context);
  const { call } = turn;
  const again: Turn = { ...turn, inquiry: null, resends: turn.resends + 1, transcript: [...turn.transcript, asked(call)] };
  return goesOn({ state: { status: 'calling', turn: again }, ask: call });
}

/** The flow came to its end with the lost reply. */
function afterUnprocessedEnd(turn: Turn, context: StepContext): Step {
  const settings = settingsOf(context);
  return endsTurn(turn, afterEnd(settings, context.now), uncertain(inquiryIn(turn).cause, 'processed'), {
    say: [...turn.said, ...wordsInDoubt('processed', context)],
    sessions: [closed(turn.session, 'completed')],
  });
}

function keptQuiet(turn: Turn): Step {
  const withheld: Turn = { ...turn, transcript: [...turn.transcript, { type: 'withheld', messages: turn.said.length }] };
  return endsInDoubt(withheld, uncertaintyOf(turn, null), []);
}

/** By the time of an inquiry the quarantine is over. */
function uncertaintyOf(turn: Turn, resolution: Doubt['resolution']): Doubt {
  return { cause: inquiryIn(turn).cause, resolution, quarantine: false };
}

function inquiryIn({ inquiry }: Turn): Inquiry {
  if (inquiry === null) throw new Error('Nothing was inquired about');
  return inquiry;
}
