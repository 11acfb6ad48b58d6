import type { BotCall, BotInquiry, BotResult } from '../bot.ts';
import type { Integration, StepContext } from './event.ts';
import type { Session, Turn } from './state.ts';

/** Whether Typebot heard a call, as far as what it has kept tells. */
export type Verdict = 'processed' | 'not_processed' | 'unknown';

/** How to find out whether the turn's call was heard; null: nobody can. Only an answer to a question leaves a trace. */
export function inquiryOf({ call, session }: Turn, { integration }: StepContext): BotInquiry | null {
  const { bot } = session;
  if (!integration || integration.settings.typebotApiToken === null || bot === null || bot.answers === null) return null;
  const blockId = questionOf(session, call);
  if (bot.typebotId === null || bot.resultId === null || blockId === null) return null;
  // The token is the account's that owns the bot at the integration's own address.
  if (bot.typebotURL !== integration.typebotURL) return null;
  return { type: 'inspect', typebotURL: apiURLOf(integration), typebotId: bot.typebotId, resultId: bot.resultId, blockId };
}

/** Where the results of a bot are read. */
export function apiURLOf({
  typebotURL,
  settings,
}: Pick<Integration, 'typebotURL'> & { settings: { typebotApiURL: string | null } }): string {
  return settings.typebotApiURL ?? (cloudViewer.test(typebotURL) ? 'https://app.typebot.io' : typebotURL);
}

const cloudViewer = /^https:\/\/typebot\.(?:io|co)\/*$/;

/**
 * Judges by what surely differs: more answers to the question than were ever given before say that the call was heard, none at all that
 * it was not. Anything between says nothing: older Typebots write an answer over the one before, and an answer that was not valid is kept
 * nowhere. A question of another bot that this one links to says nothing either, since its answers may be kept elsewhere. An answer that
 * was not valid counts as not heard; saying it again changes nothing, and the bot complains once.
 */
export function verdictOf({ call, session }: Turn, result: BotResult): Verdict {
  const question = questionOf(session, call);
  const { bot } = session;
  if (question === null || bot === null || bot.answers === null || !isOf(session, result)) return 'unknown';
  const kept = result.answers.filter(({ blockId }) => blockId === question).length;
  if (result.isCompleted || kept > countOf(bot.answers, question)) return 'processed';
  return kept === 0 && result.hasBlock && isKeptUp(session, result) ? 'not_processed' : 'unknown';
}

/** The session with the turn's call among what Typebot may have kept. */
export function counted(session: Session, call: BotCall): Session {
  const question = questionOf(session, call);
  const { bot } = session;
  if (question === null || bot === null || bot.answers === null) return session;
  return { ...session, bot: { ...bot, answers: { ...bot.answers, [question]: countOf(bot.answers, question) + 1 } } };
}

/** The block that the call answers; null: it answers no question. */
function questionOf({ bot }: Session, call: BotCall): string | null {
  if (bot?.pending.type !== 'input' || call.type !== 'continue' || call.message === null) return null;
  const isCommand = typeof call.message !== 'string' && call.message.type === 'command';
  return isCommand ? null : bot.pending.input.id;
}

function countOf(answers: Record<string, number>, blockId: string): number {
  return (Object.hasOwn(answers, blockId) ? answers[blockId] : null) ?? 0;
}

/** A result that another session went on with tells nothing of this one. Older Typebots do not name the session. */
function isOf({ bot }: Session, { lastChatSessionId }: BotResult): boolean {
  return lastChatSessionId === null || lastChatSessionId === bot?.typebotSessionId;
}

/** Whether answers of this session are kept there at all: without that, none says nothing. */
function isKeptUp({ bot }: Session, { answers, lastChatSessionId }: BotResult): boolean {
  const given = Object.keys(bot?.answers ?? {});
  if (given.length === 0) return lastChatSessionId !== null;
  return answers.some(({ blockId }) => given.includes(blockId));
}
