import type { Effect } from './actions/action.ts';
import { runAction } from './actions/index.ts';
import type { BotAction, BotInput, BotReply, TypingEmulation } from './bot.ts';
import { showBubble, waitsForEvent } from './bubbles/index.ts';
import { type Order, texts, type Unpaced } from './bubbles/message.ts';
import { chooseAgain } from './inputs/hints.ts';
import { isKnownInput, placeholderOf, questionHint, showInput } from './inputs/index.ts';
import type { OutboundDraft } from './outbound.ts';
import { playOf } from './render/play.ts';
import type { SkipReason } from './render/reasons.ts';
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
  /** The bot has said something since the contact did, also what was sent already. */
  hasSpoken: boolean;
};

export type Rendering = {
  /** `preceding` and what is new, in the order to be sent. */
  messages: OutboundDraft[];
  /** The same without what asks the pending question: for a question that is answered at once. */
  unasked: OutboundDraft[];
  /** The words of the bot right before its question; null: something else stands there, or nothing is asked. */
  question: string | null;
  /** What has no effect here: the type of a bubble, action or input, and a stable code that says why. */
  skipped: Skipped[];
  /** What commands in the flow's texts order, each once (`settings.compat.commands`). */
  orders: Order[];
  /** Set when the flow stopped at an action and goes on with the next continueChat. */
  dedicated: { type: 'wait'; waitMs: number } | { type: 'webhook' } | { type: 'answerWithNothing'; action: string } | null;
  /** The flow stopped at an embed and goes on with whatever the contact writes next. */
  waitsForEvent: boolean;
};

/** `reason`: see `render/reasons.ts`. */
type Skipped = { what: string; reason: SkipReason };
type Skip = (what: string, reason: SkipReason) => void;

/** One answer of the bot as WhatsApp messages. Never throws, whatever the bot said. */
export function render(reply: BotReply, { settings, typing, isFirst, preceding, hasSpoken }: RenderContext): Rendering {
  const on = stage(typingOf(typing, settings.typing), isFirst, preceding);
  const skipped: Skipped[] = [];
  const orders = new Set<Order>();
  let dedicated: Rendering['dedicated'] = null;
  let question: string | null = null;
  const skip: Skip = (what, reason) => void skipped.push({ what: storable(what), reason });

  for (const cue of playOf(reply)) {
    if ('bubble' in cue) {
      const view = showBubble(cue.bubble, settings);
      if (view.type === 'shown') on.show(view.messages);
      else if (view.type === 'skipped') skip(cue.bubble.type, view.reason);
      else {
        for (const order of view.orders) orders.add(order);
        for (const name of view.unknown) skip(name, 'unknown_command');
      }
      continue;
    }
    const effect = runAction(cue.action, settings);
    if (effect.type === 'shown') on.show(effect.messages);
    if (effect.type === 'skipped') skip(cue.action.type, effect.reason);
    if (isDedicated(cue.action)) dedicated ??= dedicatedTo(cue.action, effect, on);
    else if (effect.type === 'wait') on.wait(effect.waitMs);
    else if (effect.type === 'webhook') skip(cue.action.type, 'flow_not_stopped');
  }
  const unasked = [...on.messages()];
  if (reply.input !== null && dedicated !== null) skip(reply.input.type, 'flow_stopped_before');
  else if (reply.input !== null) question = ask(reply.input, on, settings, skip, !hasSpoken && reply.bubbles.length === 0);
  if (on.takeWait() > 0) skip('wait', 'nothing_after_it');
  return {
    messages: on.messages(),
    unasked,
    question,
    skipped,
    orders: [...orders],
    dedicated,
    waitsForEvent: !stops(reply) && waits(reply),
  };
}

/**
 * The options of a pending question once more, after an answer that named none of them. The question itself is not at hand, so a sentence
 * of ours stands above. Empty when the input has no options to show.
 */
export function askAgain(input: BotInput, settings: Settings): OutboundDraft[] {
  const body = input.type === 'choice input' ? chooseAgain[settings.locale] : null;
  const { messages } = showInput(input, body, settings);
  return messages.map((message) => ({ ...message, typingMs: 0, waitMs: 0 }));
}

/** Whether the flow is over: nothing more to ask, nothing it waits for. Typebot's session is then gone, or must not be used. */
export function isTerminal(reply: BotReply): boolean {
  return !stops(reply) && !waits(reply);
}

/** A pending question as it was asked: `words` are what stood before it; without them its options alone, if it has any. */
export function repeatQuestion(input: BotInput, words: string | null, settings: Settings): OutboundDraft[] {
  if (words === null) return askAgain(input, settings);
  const { messages, takesBody } = showInput(input, words, settings);
  const asked = takesBody ? messages : [{ type: 'text' as const, text: words, linkPreview: false }, ...messages];
  return asked.map((message) => ({ ...message, typingMs: 0, waitMs: 0 }));
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

/** Returns the words that stood before the question. */
function ask(input: BotInput, on: Stage, settings: Settings, skip: Skip, isAlone: boolean): string | null {
  if (!isKnownInput(input)) skip(input.type, 'unknown_input');
  const words = on.lastText();
  const { messages, takesBody } = showInput(input, words, settings);
  if (takesBody) on.replaceLast(messages);
  else on.show(messages.length > 0 ? messages : placeholder(input, words, isAlone, settings));
  return words;
}

/**
 * What asks a question that nothing else asks: the input's own placeholder, else the hint of its kind. Behind words of the bot the placeholder is
 * shown only where it is the question and they are none.
 */
function placeholder(input: BotInput, words: string | null, isAlone: boolean, settings: Settings): Unpaced[] {
  const own = placeholderOf(input);
  if (isAlone && words === null) return texts(own || questionHint(input, settings));
  return own.endsWith('?') && words !== null && !words.includes('?') ? texts(own) : [];
}
