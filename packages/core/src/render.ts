import type { Effect } from './actions/action.ts';
import { runAction } from './actions/index.ts';
import type { BotAction, BotInput, BotReply, TypingEmulation } from './bot.ts';
import { showBubble, waitsForEvent } from './bubbles/index.ts';
import { isKnownInput, showInput } from './inputs/index.ts';
import type { OutboundDraft } from './outbound.ts';
import { playOf } from './render/play.ts';
import { stage, type Stage } from './render/stage.ts';
import type { Settings } from './settings.ts';
import { typingOf } from './typing.ts';
import { storable } from './whatsapp.ts';

export type RenderContext = {
  settings: Settings;
  /** What the bot said when it was started; null: nothing, so Typebot's defaults hold. */
  typing: TypingEmulation | null;
  /** Nothing was said to the contact yet in this conversation. */
  isFirst: boolean;
  /** Decided earlier in this turn and not yet sent. The last of them may become the body of buttons. */
  preceding: readonly OutboundDraft[];
};

export type Rendering = {
  /** `preceding` and what is new, in the order to be sent. */
  messages: OutboundDraft[];
  /** What has no effect here: the type of a bubble, action or input, and a stable code that says why. */
  skipped: { what: string; reason: string }[];
  /** Set when the flow stopped at an action and goes on with the next continueChat. */
  dedicated: { type: 'wait'; waitMs: number } | { type: 'webhook' } | { type: 'answerWithNothing'; action: string } | null;
  /** The flow stopped at an embed and goes on with whatever the contact writes next. */
  waitsForEvent: boolean;
  /** What the flow orders to be done with the session, in order. */
  orders: ('pause' | 'close')[];
};

/** One answer of the bot as WhatsApp messages. Never throws, whatever the bot said. */
export function render(reply: BotReply, { settings, typing, isFirst, preceding }: RenderContext): Rendering {
  const on = stage(typingOf(typing, settings.typing), isFirst, preceding);
  const rendering: Rendering = {
    messages: on.messages(),
    skipped: [],
    dedicated: null,
    waitsForEvent: !stops(reply) && waits(reply),
    orders: [],
  };
  const skip = (what: string, reason: string) => void rendering.skipped.push({ what: storable(what), reason });

  for (const cue of playOf(reply)) {
    const [what, view] = 'bubble' in cue ? [cue.bubble.type, showBubble(cue.bubble)] : [cue.action.type, runAction(cue.action, settings)];
    if (view.type === 'shown') on.show(view.messages);
    if (view.type === 'skipped') skip(what, view.reason);
    if ('bubble' in cue) continue;
    if (isDedicated(cue.action)) rendering.dedicated ??= dedicatedTo(cue.action, view, on);
    else if (view.type === 'wait') on.wait(view.waitMs);
    else if (view.type === 'webhook') skip(what, 'flow_not_stopped');
  }
  if (reply.input !== null && rendering.dedicated !== null) skip(reply.input.type, 'flow_stopped_before');
  else if (reply.input !== null) ask(reply.input, on, settings, skip);
  if (on.takeWait() > 0) skip('wait', 'nothing_after_it');
  return rendering;
}

/** The question shown once more, by itself. */
export function askAgain(input: BotInput, settings: Settings): OutboundDraft[] {
  const on = stage(typingOf(null, settings.typing), false, []);
  ask(input, on, settings, () => undefined);
  return on.messages();
}

/** Whether the flow is over: nothing more to ask, nothing it waits for. Typebot's session is then gone, or must not be used. */
export function isTerminal(reply: BotReply): boolean {
  return !stops(reply) && !waits(reply);
}

function stops(reply: BotReply): boolean {
  return reply.input !== null || reply.actions.some(isDedicated);
}

function waits(reply: BotReply): boolean {
  return reply.bubbles.some(waitsForEvent);
}

function isDedicated(action: BotAction): boolean {
  return action.expectsDedicatedReply === true;
}

/** Waits just before a wait of the flow are part of it; before anything else they have nothing to delay. */
function dedicatedTo(action: BotAction, effect: Effect, on: Stage): NonNullable<Rendering['dedicated']> {
  if (effect.type === 'wait') return { type: 'wait', waitMs: effect.waitMs + on.takeWait() };
  return effect.type === 'webhook' ? { type: 'webhook' } : { type: 'answerWithNothing', action: storable(action.type) };
}

function ask(input: BotInput, on: Stage, settings: Settings, skip: (what: string, reason: string) => void): void {
  if (!isKnownInput(input)) skip(input.type, 'unknown_input');
  const { messages, takesBody } = showInput(input, on.lastText(), settings);
  if (takesBody) on.replaceLast(messages);
  else on.show(messages);
}
