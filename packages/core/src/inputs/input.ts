import type { z } from 'zod';
import type { BotInput, BotMessage } from '../bot.ts';
import type { Unpaced } from '../bubbles/message.ts';
import type { InboundContent } from '../inbound.ts';
import type { InputAbout } from '../render/about.ts';
import type { HoldReason } from '../render/reasons.ts';
import type { Settings } from '../settings.ts';

/**
 * What is done with a contact's message.
 * - `send`: Typebot hears it; null: it hears that there is no answer;
 * - `unmatched`: it names none of the options. `message` is what Typebot would hear if it is to answer in its own words, null where
 *   it would misread them;
 * - `hold`: Typebot must not hear it; `reason` is a stable code, `notice` a text for the contact.
 */
export type Answer =
  | { type: 'send'; message: BotMessage | null }
  | { type: 'unmatched'; message: BotMessage | null }
  | { type: 'hold'; reason: HoldReason; notice: string | null };

/** A message that can be an answer at all. */
export type Said = Exclude<InboundContent, { kind: 'signal' | 'unknown' }>;

/** What stands after the bubbles. `takesBody`: the first message holds the text of the one before it, which then is not sent on its own. */
export type Shown = { messages: Unpaced[]; takesBody: boolean };

/** The pending question with its options and items read; unreadable items are left out. */
type Question<O, I> = { options: O; items: I[]; settings: Settings };

/** `contactPhone`: the digits of the contact's own number; empty: not known. */
type Asked<O, I> = Question<O, I> & { contactPhone: string };

export type InputKind = {
  about: InputAbout;
  /** Whether the first text of a conversation may answer it. Typebot excepts choices, cards and payments. */
  answersFirst: boolean;
  /** `body`: the text right before it, if that may become part of the question. */
  show(input: BotInput, body: string | null, settings: Settings): Shown;
  read(said: Said, input: BotInput, settings: Settings, contactPhone: string): Answer;
};

type Definition<O extends z.ZodType, I extends z.ZodType> = {
  about: InputAbout;
  /** Must take any object: every field is `lenient`. */
  options: O;
  item?: I;
  answersFirst?: boolean;
  show?: (question: Question<z.output<O>, z.output<I>>, body: string | null) => Shown;
  read: (said: Said, question: Asked<z.output<O>, z.output<I>>) => Answer;
};

/** A kind of input: the shape of its options and items, how it is shown and how a message becomes its answer. */
export function inputKind<O extends z.ZodType, I extends z.ZodType = z.ZodNever>(kind: Definition<O, I>): InputKind {
  const question = (input: BotInput, settings: Settings): Question<z.output<O>, z.output<I>> => ({
    options: kind.options.parse(input.options ?? {}),
    items: kind.item === undefined ? [] : readable(kind.item, input.items ?? []),
    settings,
  });
  return {
    about: kind.about,
    answersFirst: kind.answersFirst ?? true,
    show: (input, body, settings) => kind.show?.(question(input, settings), body) ?? nothing,
    read: (said, input, settings, contactPhone) => kind.read(said, { ...question(input, settings), contactPhone }),
  };
}

/** Most inputs show nothing: the bubble before them is the question. */
export const nothing: Shown = { messages: [], takesBody: false };

/** A field that may be missing or of another type than expected; then it is undefined. */
export function lenient<S extends z.ZodType>(schema: S): z.ZodCatch<z.ZodOptional<S>> {
  return schema.optional().catch(undefined);
}

function readable<I extends z.ZodType>(item: I, items: readonly unknown[]): z.output<I>[] {
  return items.flatMap((raw) => {
    const read = item.safeParse(raw);
    return read.success ? [read.data] : [];
  });
}
