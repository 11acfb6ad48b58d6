import type { BotInput } from '../bot.ts';
import type { Settings } from '../settings.ts';
import { cards } from './cards.ts';
import { choice } from './choice.ts';
import { date } from './date.ts';
import { email } from './email.ts';
import { file } from './file.ts';
import { hint } from './hints.ts';
import { nothing, type Answer, type InputKind, type Said, type Shown } from './input.ts';
import { number } from './number.ts';
import { payment } from './payment.ts';
import { phone } from './phone.ts';
import { pictureChoice } from './picture-choice.ts';
import { rating } from './rating.ts';
import { text } from './text.ts';
import { time } from './time.ts';
import { url } from './url.ts';
import { limits, storable } from '../whatsapp.ts';

/** Every input, by Typebot's name for it. A new one is a new file and a new name here. */
export const inputs = {
  'text input': text,
  'number input': number,
  'email input': email,
  'url input': url,
  'phone number input': phone,
  'date input': date,
  'time input': time,
  'choice input': choice,
  'picture choice input': pictureChoice,
  cards,
  'rating input': rating,
  'file input': file,
  'payment input': payment,
} satisfies Record<string, InputKind>;

const kinds: ReadonlyMap<string, InputKind> = new Map(Object.entries(inputs));

export function isKnownInput(input: BotInput): boolean {
  return kinds.has(input.type);
}

/** What stands after the bubbles. `body`: the text right before it, if that may become part of the question. Never throws. */
export function showInput(input: BotInput, body: string | null, settings: Settings): Shown {
  return kinds.get(input.type)?.show(input, body, settings) ?? nothing;
}

/**
 * An unknown input (of a newer Typebot) is read as a text input without options. `contactPhone`: the digits of the contact's own number; empty:
 * not known. Never throws.
 */
export function readInput(said: Said, input: BotInput, settings: Settings, contactPhone = ''): Answer {
  const kind = kinds.get(input.type);
  return kind
    ? kind.read(said, input, settings, contactPhone)
    : text.read(said, { id: input.id, type: input.type }, settings, contactPhone);
}

/** Whether the first text of a conversation may answer it. */
export function answersFirst(input: BotInput): boolean {
  return kinds.get(input.type)?.answersFirst ?? true;
}

/** Whether a poll may stand for the question. */
export function takesVotes({ type }: BotInput): boolean {
  return type === 'choice input' || type === 'picture choice input' || type === 'cards';
}

/** What the input's author wrote into it as an example or a question; empty where it is not theirs or not a text. */
export function placeholderOf({ options }: BotInput): string {
  const labels: unknown = options?.['labels'];
  const placeholder = typeof labels === 'object' && labels !== null && 'placeholder' in labels ? labels.placeholder : null;
  // A file's is HTML for the drop zone of a browser.
  return typeof placeholder === 'string' && !placeholder.includes('<') ? storable(placeholder).trim().slice(0, limits.text) : '';
}

/** What asks for an answer of the input's kind. Empty for a kind that shows something itself. */
export function questionHint({ type }: BotInput, settings: Settings): string {
  const name = questionHints[type];
  return kinds.has(type) && name === undefined ? '' : hint(settings, name ?? 'text');
}

const questionHints: Readonly<Record<string, 'text' | 'number' | 'email' | 'url' | 'phone' | 'date' | 'time' | 'file'>> = {
  'text input': 'text',
  'number input': 'number',
  'email input': 'email',
  'url input': 'url',
  'phone number input': 'phone',
  'date input': 'date',
  'time input': 'time',
  'file input': 'file',
};
