import type { BotInquiry, BotResult } from '../bot.ts';
import { afterDoubt, afterNotSent, backoffMs, type Doubt, endsUncertain, uncertain, uncertainNotice, withFailure } from './call-failure.ts';
import type { Deferred, Inquiry, InputOf, Integration, Session, Step, StepContext, Turn, Verdict } from './conversation.ts';
import { afterEnd } from './expiry.ts';
import { asked, closed, continues } from './outcome.ts';
import { answerCount, answeredBlock } from './session.ts';
import { endsTurn, isOff, settingsOf, waits } from './turn.ts';

/** Inquiries about one call before it stays uncertain. With the waits of `backoffMs` they take about three seconds. */
export const inquiriesMax = 3;

/** How often one call is repeated because Typebot certainly did not hear it. */
export const resendsMax = 2;

/** The outcome of the call is unknown: where the bot's results may tell, they are read once Typebot cannot be working on the call any more. */
export function afterUncertain(turn: Turn, cause: string, context: StepContext): Step {
  // The inquiry itself failed, which is harmless to repeat.
  if (turn.inquiry) return afterNoInspection(turn, { cause, mayPass: true }, context);
  const recorded = { ...turn, transcript: withFailure(turn, 'uncertain', cause) };
  if (inquiryOf(turn, context) === null) return afterDoubt(recorded, { cause, resolution: null, quarantine: true }, context);
  return waits(0, { ...recorded, inquiry: { cause, attempts: 0 } }, context, { quarantine: true });
}

/** A start carries no words, so a 503 is believed. For a contact's words the setting `serviceUnavailable` decides. */
export function afterUnavailable(turn: Turn, { cause, retryAfterMs }: InputOf<'unavailable'>, context: StepContext): Step {
  const isNotHeard = turn.call.type === 'start' || settingsOf(context).serviceUnavailable === 'retry';
  if (!isNotHeard) return afterUncertain(turn, cause, context);
  return afterNotSent(turn, { type: 'notSent', cause, retryAfterMs }, context);
}

/** Makes the inquiry of a waiting turn when it is due. If a human or a keyword intervened, or the bot is switched off, nothing is sent any more. */
export function inspectNow(turn: Turn, dueAt: number, context: StepContext): Step | Deferred {
  if (context.isHeld || isOff(context)) return withholds(turn);
  if (context.now < dueAt) return { type: 'deferred', ms: dueAt - context.now };
  const ask = inquiryOf(turn, context);
  if (ask === null) return afterDoubt(turn, doubtOf(turn, null), context);
  return continues({ state: { status: 'calling', turn }, ask });
}

/** The bot's results were read. */
export function afterInspection(turn: Turn, result: BotResult, context: StepContext): Step {
  const verdict = verdictOf(turn, result);
  const judged: Turn = { ...turn, transcript: [...turn.transcript, { type: 'inspected', verdict }] };
  if (verdict === 'not_processed') return resends(judged, context);
  if (verdict === 'unknown') return afterDoubt(judged, doubtOf(turn, null), context);
  return result.isCompleted ? finishes(judged, context) : afterDoubt(judged, doubtOf(turn, 'processed'), context);
}

/** The results could not be read: another attempt later, or the call stays uncertain. */
export function afterNoInspection(
  turn: Turn,
  { cause, mayPass }: Pick<InputOf<'notInspected'>, 'cause' | 'mayPass'>,
  context: StepContext,
): Step {
  const inquiry = inquiryIn(turn);
  const attempts = inquiry.attempts + 1;
  const next: Turn = { ...turn, transcript: withFailure(turn, 'notInspected', cause), inquiry: { ...inquiry, attempts } };
  if (mayPass && attempts < inquiriesMax) return waits(backoffMs(attempts, null), next, context);
  return afterDoubt(next, doubtOf(turn, null), context);
}

function resends(turn: Turn, context: StepContext): Step {
  if (turn.resends >= resendsMax) return afterDoubt(turn, doubtOf(turn, 'not_processed'), context);
  const { call } = turn;
  const next: Turn = { ...turn, inquiry: null, resends: turn.resends + 1, transcript: [...turn.transcript, asked(call)] };
  return continues({ state: { status: 'calling', turn: next }, ask: call });
}

/** The flow finished with the reply that was lost. */
function finishes(turn: Turn, context: StepContext): Step {
  const settings = settingsOf(context);
  return endsTurn(turn, afterEnd(settings, context.now), uncertain(inquiryIn(turn).cause, 'processed'), {
    say: [...turn.said, ...uncertainNotice('processed', context)],
    sessions: [closed(turn.session, 'completed')],
  });
}

function withholds(turn: Turn): Step {
  const withheld: Turn = { ...turn, transcript: [...turn.transcript, { type: 'withheld', messages: turn.said.length }] };
  return endsUncertain(withheld, doubtOf(turn, null), []);
}

/** The quarantine is over before an inquiry is made. */
function doubtOf(turn: Turn, resolution: Doubt['resolution']): Doubt {
  return { cause: inquiryIn(turn).cause, resolution, quarantine: false };
}

function inquiryIn({ inquiry }: Turn): Inquiry {
  if (inquiry === null) throw new Error('The turn has no inquiry');
  return inquiry;
}

/** The request that finds out whether the turn's call was heard. Null: impossible. Only an answer to a question is stored in the results. */
function inquiryOf({ call, session }: Turn, { integration }: StepContext): BotInquiry | null {
  const { bot } = session;
  if (!integration || integration.settings.typebotApiToken === null || bot === null || bot.answers === null) return null;
  const blockId = answeredBlock(session, call);
  if (bot.typebotId === null || bot.resultId === null || blockId === null) return null;
  // The token belongs to the account of the bot at the integration's own address.
  if (bot.typebotURL !== integration.typebotURL) return null;
  return { type: 'inspect', typebotURL: apiURLOf(integration), typebotId: bot.typebotId, resultId: bot.resultId, blockId };
}

/** The base URL of the API that serves a bot's results. */
export function apiURLOf({
  typebotURL,
  settings,
}: Pick<Integration, 'typebotURL'> & { settings: { typebotApiURL: string | null } }): string {
  return settings.typebotApiURL ?? (cloudViewer.test(typebotURL) ? 'https://app.typebot.io' : typebotURL);
}

const cloudViewer = /^https:\/\/typebot\.(?:io|co)\/*$/;

/**
 * Judges only what is certain. More stored answers to the question than were ever given before: the call was heard. No stored answer: it was
 * not. Anything between is unknown, because older Typebots replace the previous answer, and an invalid answer is never stored. A question of
 * a linked bot is unknown too, since its answers may be stored elsewhere. An invalid answer therefore counts as not heard. Sending it again
 * changes nothing: the bot complains once.
 */
function verdictOf({ call, session }: Turn, result: BotResult): Verdict {
  const blockId = answeredBlock(session, call);
  const { bot } = session;
  if (blockId === null || bot === null || bot.answers === null || !isResultOf(session, result)) return 'unknown';
  const stored = result.answers.filter((answer) => answer.blockId === blockId).length;
  if (result.isCompleted || stored > answerCount(bot.answers, blockId)) return 'processed';
  return stored === 0 && result.hasBlock && storesAnswers(session, result) ? 'not_processed' : 'unknown';
}

/** A result that another session continued says nothing about this one. Older Typebots do not name the session. */
function isResultOf({ bot }: Session, { lastChatSessionId }: BotResult): boolean {
  return lastChatSessionId === null || lastChatSessionId === bot?.typebotSessionId;
}

/** Whether this session's answers are stored in the result at all. If not, a missing answer means nothing. */
function storesAnswers({ bot }: Session, { answers, lastChatSessionId }: BotResult): boolean {
  const given = Object.keys(bot?.answers ?? {});
  if (given.length === 0) return lastChatSessionId !== null;
  return answers.some(({ blockId }) => given.includes(blockId));
}
