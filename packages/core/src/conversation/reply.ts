import { firstMessageAnswers, readAnswer } from '../answer.ts';
import type { BotReply } from '../bot.ts';
import { render, type Rendering } from '../render.ts';
import type { StepContext } from './event.ts';
import { closed, ends, goesOn, opened, type SessionChange, type Step } from './outcome.ts';
import { type BotSession, idle, type Pending, type Session, type Turn } from './state.ts';
import { replied, type TranscriptEntry } from './transcript.ts';
import { continueCall, messageOf, nextCall, settingsOf } from './turn.ts';

/** Calls that may follow on one message: a flow that never stops to ask is cut off there. Longest seen in real flows: 4. */
export const chainMax = 20;

/** Typebot answered: show what it said, and ask on, wait, or end as it tells. */
export function afterReply(turn: Turn, reply: BotReply, context: StepContext): Step {
  const settings = settingsOf(context);
  const bot = botAfter(turn, reply);
  const rendering = render(reply, { settings, typing: bot.typing, isFirst: turn.call.type === 'start', preceding: turn.said });
  const transcript: TranscriptEntry[] = [
    ...turn.transcript,
    replied(reply),
    ...rendering.skipped.map(({ what, reason }) => ({ type: 'skipped' as const, what, reason })),
  ];
  const heard: Heard = {
    turn: { ...turn, transcript, said: rendering.messages },
    bot,
    reply,
    rendering,
    isOpening: turn.call.type === 'start',
  };

  const first = firstAnswer(heard, context);
  if (first) return first;
  if (rendering.dedicated?.type === 'answerWithNothing' || rendering.dedicated?.type === 'wait')
    return dedicated(heard, rendering.dedicated);
  const pending = pendingAfter(reply, rendering);
  return pending ? waits(heard, pending) : finishes(heard);
}

/** What is known after an answer. */
type Heard = { turn: Turn; bot: BotSession; reply: BotReply; rendering: Rendering; isOpening: boolean };

function botAfter({ call, session }: Turn, { started }: BotReply): BotSession {
  if (call.type === 'continue') {
    if (session.bot === null) throw new Error('A continued session has no bot');
    return { ...session.bot, uncertainTurns: 0 };
  }
  if (started === null) throw new Error('The answer to a start names no session');
  return {
    typebotURL: call.typebotURL,
    typebotSessionId: started.typebotSessionId,
    resultId: started.resultId,
    typing: started.typing,
    pending: { type: 'nothing' },
    uncertainTurns: 0,
  };
}

/**
 * A flow that opens with a question and shows nothing takes the message that started it as the answer, as Typebot does for
 * its own WhatsApp. It is never given to the start itself: there it can make Typebot run for ever.
 */
function firstAnswer(heard: Heard, context: StepContext): Step | null {
  const { reply, bot, turn } = heard;
  if (!heard.isOpening || reply.input === null || !firstMessageAnswers(reply)) return null;
  if (context.head.kind === 'command' && !(context.head.command.type === 'start' && context.head.command.startMessage !== null))
    return null;
  const pending: Pending = { type: 'input', input: reply.input };
  const read = readAnswer(messageOf(context), pending, settingsOf(context));
  if (read.type === 'hold') return null;
  const session = { ...turn.session, bot: { ...bot, pending } };
  return nextCall(turn, continueCall(bot, read.message), { session, isOpen: true }, { sessions: [opened(session)] });
}

function dedicated(heard: Heard, action: { type: 'answerWithNothing' } | { type: 'wait'; waitMs: number }): Step {
  const { turn, bot } = heard;
  const session: Session = { ...turn.session, bot: { ...bot, pending: { type: 'nothing' } } };
  const sessions = openings(heard, session);
  if (turn.chain >= chainMax) {
    const cut: TranscriptEntry = { type: 'skipped', what: 'flow', reason: 'chain_too_long' };
    const change = closed(session, 'chain_too_long');
    return ends(idle, { type: 'answered' }, { say: turn.said, transcript: [...turn.transcript, cut], sessions: [change] });
  }
  const call = continueCall(bot, null);
  if (action.type === 'answerWithNothing') return nextCall(turn, call, { session, isOpen: true }, { sessions });
  // What was said before a wait is shown before it.
  const { state } = nextCall(turn, call, { session, isOpen: true, said: [] });
  if (state.status !== 'calling') throw new Error('The next call is not on record');
  return goesOn({ state: { status: 'due', turn: state.turn }, waitMs: action.waitMs, say: turn.said, sessions });
}

function pendingAfter(reply: BotReply, rendering: Rendering): Pending | null {
  if (rendering.dedicated?.type === 'webhook') return { type: 'webhook' };
  if (reply.input) return { type: 'input', input: reply.input };
  return rendering.waitsForEvent ? { type: 'embed' } : null;
}

function waits(heard: Heard, pending: Pending): Step {
  const { turn, bot } = heard;
  const session: Session = { ...turn.session, bot: { ...bot, pending } };
  return ends(
    { status: 'waiting', session },
    { type: 'answered' },
    { say: turn.said, transcript: turn.transcript, sessions: openings(heard, session) },
  );
}

/** The flow is over. Typebot keeps a session that ended in its start and would run it again: we forget it at once. */
function finishes({ turn, bot }: Heard): Step {
  const session: Session = { ...turn.session, bot };
  return ends(idle, { type: 'answered' }, { say: turn.said, transcript: turn.transcript, sessions: [closed(session, 'completed')] });
}

function openings({ isOpening }: Heard, session: Session): SessionChange[] {
  return isOpening ? [opened(session)] : [];
}
