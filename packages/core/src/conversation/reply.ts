import { firstMessageAnswers, readAnswer } from '../answer.ts';
import type { BotReply } from '../bot.ts';
import { render, type Rendering } from '../render.ts';
import type { Settings } from '../settings.ts';
import { contactPhone, continueCall, messageOf } from './calls.ts';
import type { BotSession, Pending, Session, SessionChange, Step, StepContext, TranscriptEntry, Turn } from './conversation.ts';
import { afterEnd } from './expiry.ts';
import { answered, closed, opened, paused, replied, rule } from './outcome.ts';
import { countAnswer, idle } from './session.ts';
import { endsTurn, nextCall, settingsOf, waits, withNextCall } from './turn.ts';

/** The most calls that may follow one message. A flow that never asks anything is stopped there. Longest seen in real flows: 4. */
export const chainMax = 20;

/** Typebot replied: show its reply, then call again, wait, or end as the reply says. */
export function afterReply(turn: Turn, reply: BotReply, context: StepContext): Step {
  const settings = settingsOf(context);
  const bot = botAfter(turn, reply, settings);
  const isOpening = turn.call.type === 'start';
  const rendering = render(reply, { settings, typing: bot.typing, isFirst: isOpening, preceding: turn.said, hasSpoken: hasSpoken(turn) });
  return afterRendering({ turn: withReply(turn, reply, rendering), bot, reply, rendering, isOpening, context });
}

export function afterRendering(rendered: Rendered): Step {
  return obeysCommand(rendered) ?? sendsFirstAnswer(rendered) ?? continuesAction(rendered) ?? awaitsContact(rendered) ?? finishes(rendered);
}

/** Whether the bot said something earlier in this turn, sent or not. */
function hasSpoken({ transcript }: Turn): boolean {
  return transcript.some((entry) => entry.type === 'replied' && entry.bubbles.length > 0);
}

function withReply(turn: Turn, reply: BotReply, { messages, skipped }: Rendering): Turn {
  const entries = skipped.map(({ what, reason }): TranscriptEntry => ({ type: 'skipped', what, reason }));
  return { ...turn, transcript: [...turn.transcript, replied(reply), ...entries], said: messages };
}

/** A reply and its rendering. `isOpening`: it is the reply to a start. */
type Rendered = { turn: Turn; bot: BotSession; reply: BotReply; rendering: Rendering; isOpening: boolean; context: StepContext };

function botAfter({ call, session }: Turn, { started }: BotReply, settings: Settings): BotSession {
  if (call.type === 'continue') {
    const { bot } = countAnswer(session, call);
    if (bot === null) throw new Error('A continued session has no bot');
    return { ...bot, uncertainTurns: 0 };
  }
  if (started === null) throw new Error('The reply to a start names no session');
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

/** The flow itself paused the chat or closed the session, with a command in one of its texts. The last one counts. */
function obeysCommand(rendered: Rendered): Step | null {
  const order = rendered.rendering.orders.at(-1);
  if (order === undefined) return null;
  const { turn, context } = rendered;
  const ruled: Rendered = { ...rendered, turn: { ...turn, transcript: [...turn.transcript, rule(`flow.${order}`)] } };
  if (order === 'close') return finishes(ruled);
  const pending = pendingAfter(ruled);
  // A finished flow must not be continued: after the pause a new one starts.
  const session: Session = { ...turn.session, bot: pending && { ...rendered.bot, pending, question: questionIn(rendered) } };
  const state = { status: 'paused' as const, session, since: context.now };
  return endsTurn(ruled.turn, state, answered, { say: turn.said, sessions: [paused(session, 'flow')] });
}

/**
 * If a flow begins with a question and shows nothing, the message that started it is the answer, as in Typebot's own WhatsApp channel. It is
 * never sent with the start itself: Typebot can then run without end.
 */
function sendsFirstAnswer({ reply, rendering, bot, turn, isOpening, context }: Rendered): Step | null {
  if (!isOpening || reply.input === null || !firstMessageAnswers(reply)) return null;
  const { head } = context;
  if (head.kind === 'command' && !(head.command.type === 'start' && head.command.startMessage !== null)) return null;
  const pending: Pending = { type: 'input', input: reply.input };
  const message = messageOf(context, turn.joined);
  const read = readAnswer(message, pending, settingsOf(context), contactPhone(context, message));
  if (read.type !== 'send') return null;
  const session = { ...turn.session, bot: { ...bot, pending } };
  const change = { session, isOpen: true, said: rendering.unasked };
  return nextCall(turn, continueCall(bot, read.message), change, { sessions: [opened(session)] });
}

/** The flow stopped at a client-side action and continues with the next call, at once or after a wait. */
function continuesAction(rendered: Rendered): Step | null {
  const { turn, bot, rendering, context } = rendered;
  const action = rendering.dedicated;
  if (action === null || action.type === 'webhook') return null;
  const session: Session = { ...turn.session, bot: { ...bot, pending: { type: 'nothing' } } };
  const sessions = openings(rendered, session);
  if (turn.chain >= chainMax) return stopsFlow(turn, session);
  const call = continueCall(bot, null);
  if (action.type === 'answerWithNothing') return nextCall(turn, call, { session, isOpen: true }, { sessions });
  // Messages before a Wait block are sent before the wait.
  const next = withNextCall(turn, call, { session, isOpen: true, said: [] });
  return waits(action.waitMs, next, context, { say: turn.said, sessions });
}

function stopsFlow(turn: Turn, session: Session): Step {
  const cut: TranscriptEntry = { type: 'skipped', what: 'flow', reason: 'chain_too_long' };
  const rest = { say: turn.said, transcript: [...turn.transcript, cut], sessions: [closed(session, 'error')] };
  return endsTurn(turn, idle, answered, rest);
}

/** What the flow waits for now. Null: it has finished. */
function pendingAfter({ reply, rendering }: Rendered): Pending | null {
  if (rendering.dedicated?.type === 'webhook') return { type: 'webhook' };
  if (rendering.dedicated) return { type: 'nothing' };
  if (reply.input) return { type: 'input', input: reply.input };
  return rendering.waitsForEvent ? { type: 'embed' } : null;
}

function awaitsContact(rendered: Rendered): Step | null {
  const pending = pendingAfter(rendered);
  if (pending === null) return null;
  const { turn, bot } = rendered;
  const misses = isSameQuestion(bot.pending, pending) ? bot.misses : 0;
  const session: Session = { ...turn.session, bot: { ...bot, pending, misses, question: questionIn(rendered) } };
  return endsTurn(turn, { status: 'waiting', session }, answered, { say: turn.said, sessions: openings(rendered, session) });
}

/** Typebot's complaint about an answer carries the id of its question. The text of the question itself is kept. */
function questionIn({ bot, reply, rendering }: Rendered): string | null {
  const isComplaint = reply.input !== null && reply.bubbles.at(-1)?.id === reply.input.id;
  return isComplaint ? bot.question : rendering.question;
}

function isSameQuestion(before: Pending, after: Pending): boolean {
  return before.type === 'input' && after.type === 'input' && before.input.id === after.input.id;
}

/** The flow has finished. A session that finished in its start stays in Typebot, and a call to it would run the flow again, so it is dropped. */
function finishes({ turn, bot, context }: Rendered): Step {
  const session: Session = { ...turn.session, bot };
  const state = afterEnd(settingsOf(context), context.now);
  return endsTurn(turn, state, answered, { say: turn.said, sessions: [closed(session, 'completed')] });
}

function openings({ isOpening }: Rendered, session: Session): SessionChange[] {
  return isOpening ? [opened(session)] : [];
}
