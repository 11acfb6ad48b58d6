import { firstMessageAnswers, readAnswer } from '../answer.ts';
import type { BotReply } from '../bot.ts';
import { render, type Rendering } from '../render.ts';
import type { Settings } from '../settings.ts';
import type { StepContext } from './event.ts';
import { counted } from './evidence.ts';
import { afterEnd } from './expiry.ts';
import { answered, closed, opened, paused, type SessionChange, type Step } from './outcome.ts';
import { type BotSession, idle, type Pending, type Session, type Turn } from './state.ts';
import { replied, rule, type TranscriptEntry } from './transcript.ts';
import { continueCall, endsTurn, following, messageOf, nextCall, settingsOf, waitsFor } from './turn.ts';
import { contactPhone } from './variables.ts';

/** Calls that may follow on one message: a flow that never stops to ask is cut off there. Longest seen in real flows: 4. */
export const chainMax = 20;

/** Typebot answered: show what it said, and ask on, wait, or end as it tells. */
export function afterReply(turn: Turn, reply: BotReply, context: StepContext): Step {
  const settings = settingsOf(context);
  const bot = botAfter(turn, reply, settings);
  const isOpening = turn.call.type === 'start';
  const rendering = render(reply, { settings, typing: bot.typing, isFirst: isOpening, preceding: turn.said, hasSpoken: hasSpoken(turn) });
  return afterRendering({ turn: withRecord(turn, reply, rendering), bot, reply, rendering, isOpening, context });
}

export function afterRendering(heard: Heard): Step {
  return ordered(heard) ?? firstAnswer(heard) ?? dedicated(heard) ?? waits(heard) ?? finishes(heard);
}

/** Whether the bot said something earlier in this turn, be it sent or not. */
function hasSpoken({ transcript }: Turn): boolean {
  return transcript.some((entry) => entry.type === 'replied' && entry.bubbles.length > 0);
}

function withRecord(turn: Turn, reply: BotReply, { messages, skipped }: Rendering): Turn {
  const entries = skipped.map(({ what, reason }): TranscriptEntry => ({ type: 'skipped', what, reason }));
  return { ...turn, transcript: [...turn.transcript, replied(reply), ...entries], said: messages };
}

/** What is known after an answer. */
type Heard = { turn: Turn; bot: BotSession; reply: BotReply; rendering: Rendering; isOpening: boolean; context: StepContext };

function botAfter({ call, session }: Turn, { started }: BotReply, settings: Settings): BotSession {
  if (call.type === 'continue') {
    const { bot } = counted(session, call);
    if (bot === null) throw new Error('A continued session has no bot');
    return { ...bot, uncertainTurns: 0 };
  }
  if (started === null) throw new Error('The answer to a start names no session');
  return {
    typebotURL: call.typebotURL,
    publicId: call.publicId,
    typebotSessionId: started.typebotSessionId,
    resultId: started.resultId,
    typebotId: started.typebotId,
    answers: settings.typebotApiToken === null ? null : {},
    typing: started.typing,
    pending: { type: 'nothing' },
    question: null,
    uncertainTurns: 0,
    misses: 0,
  };
}

/** The flow itself gave the chat away, or ended it, with a command among its words. The last one counts. */
function ordered(heard: Heard): Step | null {
  const order = heard.rendering.orders.at(-1);
  if (order === undefined) return null;
  const { turn, context } = heard;
  const ruled: Heard = { ...heard, turn: { ...turn, transcript: [...turn.transcript, rule(`flow.${order}`)] } };
  if (order === 'close') return finishes(ruled);
  const pending = pendingAfter(ruled);
  // A flow that is over must never be continued: what comes after the human begins anew.
  const session: Session = { ...turn.session, bot: pending && { ...heard.bot, pending, question: questionIn(heard) } };
  const state = { status: 'paused' as const, session, since: context.now };
  return endsTurn(ruled.turn, state, answered, { say: turn.said, sessions: [paused(session, 'flow')] });
}

/**
 * A flow that opens with a question and shows nothing takes the message that started it as the answer, as Typebot does for
 * its own WhatsApp. It is never given to the start itself: there it can make Typebot run for ever.
 */
function firstAnswer({ reply, rendering, bot, turn, isOpening, context }: Heard): Step | null {
  if (!isOpening || reply.input === null || !firstMessageAnswers(reply)) return null;
  const { head } = context;
  if (head.kind === 'command' && !(head.command.type === 'start' && head.command.startMessage !== null)) return null;
  const pending: Pending = { type: 'input', input: reply.input };
  const message = messageOf(context, turn.joined);
  const read = readAnswer(message, pending, settingsOf(context), contactPhone(context, message));
  if (read.type !== 'send') return null;
  const session = { ...turn.session, bot: { ...bot, pending } };
  return nextCall(
    turn,
    continueCall(bot, read.message),
    { session, isOpen: true, said: rendering.unasked },
    { sessions: [opened(session)] },
  );
}

/** The flow stopped at an action and goes on with the next call, at once or after a wait. */
function dedicated(heard: Heard): Step | null {
  const { turn, bot, rendering, context } = heard;
  const action = rendering.dedicated;
  if (action === null || action.type === 'webhook') return null;
  const session: Session = { ...turn.session, bot: { ...bot, pending: { type: 'nothing' } } };
  const sessions = openings(heard, session);
  if (turn.chain >= chainMax) return cutsOff(turn, session);
  const call = continueCall(bot, null);
  if (action.type === 'answerWithNothing') return nextCall(turn, call, { session, isOpen: true }, { sessions });
  // What was said before a wait is shown before it.
  const next = following(turn, call, { session, isOpen: true, said: [] });
  return waitsFor(action.waitMs, next, context, { say: turn.said, sessions });
}

function cutsOff(turn: Turn, session: Session): Step {
  const cut: TranscriptEntry = { type: 'skipped', what: 'flow', reason: 'chain_too_long' };
  const rest = { say: turn.said, transcript: [...turn.transcript, cut], sessions: [closed(session, 'error')] };
  return endsTurn(turn, idle, answered, rest);
}

/** What the flow stands at now; null: it is over. */
function pendingAfter({ reply, rendering }: Heard): Pending | null {
  if (rendering.dedicated?.type === 'webhook') return { type: 'webhook' };
  if (rendering.dedicated) return { type: 'nothing' };
  if (reply.input) return { type: 'input', input: reply.input };
  return rendering.waitsForEvent ? { type: 'embed' } : null;
}

function waits(heard: Heard): Step | null {
  const pending = pendingAfter(heard);
  if (pending === null) return null;
  const { turn, bot } = heard;
  const misses = isSameQuestion(bot.pending, pending) ? bot.misses : 0;
  const session: Session = { ...turn.session, bot: { ...bot, pending, misses, question: questionIn(heard) } };
  return endsTurn(turn, { status: 'waiting', session }, answered, { say: turn.said, sessions: openings(heard, session) });
}

/** A complaint about an answer has the id of the question it is about, whose own words are kept. */
function questionIn({ bot, reply, rendering }: Heard): string | null {
  const isComplaint = reply.input !== null && reply.bubbles.at(-1)?.id === reply.input.id;
  return isComplaint ? bot.question : rendering.question;
}

function isSameQuestion(before: Pending, after: Pending): boolean {
  return before.type === 'input' && after.type === 'input' && before.input.id === after.input.id;
}

/** The flow is over. Typebot keeps a session that ended in its start and would run it again: we forget it at once. */
function finishes({ turn, bot, context }: Heard): Step {
  const session: Session = { ...turn.session, bot };
  const state = afterEnd(settingsOf(context), context.now);
  return endsTurn(turn, state, answered, { say: turn.said, sessions: [closed(session, 'completed')] });
}

function openings({ isOpening }: Heard, session: Session): SessionChange[] {
  return isOpening ? [opened(session)] : [];
}
