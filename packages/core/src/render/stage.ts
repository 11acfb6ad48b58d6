import type { Unpaced } from '../bubbles/message.ts';
import type { OutboundDraft } from '../outbound.ts';
import { typingMs, type Typing } from '../typing.ts';

/** Puts messages in their order and gives each its pace. */
export type Stage = {
  /** One bubble's messages. */
  show(messages: readonly Unpaced[]): void;
  /** Silence before whatever comes next. */
  wait(waitMs: number): void;
  /** The waits that nothing has followed yet; they are forgotten. */
  takeWait(): number;
  /** The last message, when it is words of the bot: not a link that is there for its preview. */
  lastText(): string | null;
  /** `messages` take the place of the last message and keep its pace. */
  replaceLast(messages: readonly Unpaced[]): void;
  messages(): OutboundDraft[];
};

export function stage(typing: Typing, isFirst: boolean, preceding: readonly OutboundDraft[]): Stage {
  const messages = [...preceding];
  let pendingWaitMs = 0;

  const typingFor = (message: Unpaced) => {
    const isSilent = messages.length === 0 && isFirst && typing.isDisabledOnFirstMessage;
    return isSilent ? 0 : typingMs(typedText(message), typing);
  };
  const takeWait = () => {
    const waitMs = pendingWaitMs;
    pendingWaitMs = 0;
    return waitMs;
  };
  const show = (shown: readonly Unpaced[]) => {
    shown.forEach((message, i) => {
      const gapMs = i === 0 && messages.length > 0 ? typing.delayBetweenBubblesMs : 0;
      messages.push({ ...message, typingMs: typingFor(message), waitMs: takeWait() + gapMs });
    });
  };
  const replaceLast = ([first, ...others]: readonly Unpaced[]) => {
    const last = messages.pop();
    if (first === undefined || last === undefined) return;
    messages.push({ ...first, typingMs: last.typingMs, waitMs: last.waitMs + takeWait() });
    show(others);
  };
  const lastText = () => {
    const last = messages.at(-1);
    return last?.type === 'text' && !last.linkPreview ? last.text : null;
  };
  return {
    show,
    wait: (waitMs) => void (pendingWaitMs += waitMs),
    takeWait,
    lastText,
    replaceLast,
    messages: () => messages,
  };
}

/** Typebot types before texts and buttons, never before media. */
function typedText(message: Unpaced): string {
  switch (message.type) {
    case 'text':
      return message.text;
    case 'buttons':
    case 'list':
    case 'poll':
      return message.body;
    case 'image':
    case 'video':
    case 'audio':
    case 'document':
      return '';
    default:
      return message satisfies never;
  }
}
