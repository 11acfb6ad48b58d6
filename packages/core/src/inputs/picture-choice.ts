import { z } from 'zod';
import { texts } from '../bubbles/message.ts';
import { limits, storable } from '../whatsapp.ts';
import { choicesOf, readChoice } from './choices.ts';
import type { Choice } from './match.ts';
import { hint } from './hints.ts';
import { inputKind, lenient } from './input.ts';
import { picture, titled } from './pictures.ts';

const itemSchema = z.looseObject({
  id: z.string(),
  pictureSrc: lenient(z.string()),
  title: lenient(z.string()),
  description: lenient(z.string()),
  value: lenient(z.string()),
});
type Item = z.output<typeof itemSchema>;

/** One numbered picture per item; chosen by the number, or by the title. */
export const pictureChoice = inputKind({
  about: {
    becomes:
      'one image for each item, captioned with its number, title and description; then `hints.choice` or `hints.multipleChoice`. Without a picture WhatsApp can show: text',
    limits: `caption ${limits.caption} characters, a longer one follows as text`,
    reads: 'as a choice: number, title, value, id, tap',
    differs: 'Typebot’s channel puts a button under each picture; captions with numbers can be shown by every gateway',
  },
  options: z.looseObject({ isMultipleChoice: lenient(z.boolean()) }),
  item: itemSchema,
  answersFirst: false,
  show({ options, items, settings }) {
    const pictures = items
      .filter(isVisible)
      .map(({ pictureSrc, title, description }, i) => picture(pictureSrc, titled(title, description, i + 1)));
    const howTo = hint(settings, options.isMultipleChoice === true ? 'multipleChoice' : 'choice');
    return { messages: pictures.length === 0 ? [] : [...pictures.flat(), ...texts(howTo)], takesBody: false };
  },
  read: (said, { options, items, settings }) => readChoice(said, choices(items), options.isMultipleChoice === true, settings),
});

/** An empty dynamic variable leaves a placeholder without anything to show. */
function isVisible({ pictureSrc, title, description }: Item): boolean {
  return [pictureSrc, title, description].some((part) => part !== undefined && part.trim() !== '');
}

/** Typebot knows an item without a title by its picture's address. */
function choices(items: readonly Item[]): Choice[] {
  const shown = items.filter(isVisible);
  const labels = shown.map(({ title = '' }) => storable(title).trim());
  return choicesOf(
    shown.map(({ id, pictureSrc = '', value = '' }, i) => ({ id, content: labels[i] || pictureSrc, value })),
    labels,
  );
}
