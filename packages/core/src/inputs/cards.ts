import { z } from 'zod';
import { texts } from '../bubbles/message.ts';
import { limits, oneLine, storable } from '../whatsapp.ts';
import { send, sendText, unmatched, unsupported, wordsOf } from './answers.ts';
import { fold } from '../normalise.ts';
import { hint } from './hints.ts';
import { inputKind, lenient } from './input.ts';
import { match, type Choosable } from './match.ts';
import { picture, titled } from './pictures.ts';

const pathSchema = z.looseObject({ id: z.string(), text: lenient(z.string()) });
const itemSchema = z.looseObject({
  imageUrl: lenient(z.string()),
  title: lenient(z.string()),
  description: lenient(z.string()),
  paths: lenient(z.array(pathSchema)),
});
type Item = z.output<typeof itemSchema>;

/** A card as it is shown: its buttons are numbered through all cards. A card without buttons is itself the option. */
type Card = { imageUrl: string | undefined; text: string; options: Option[] };
/** `answer`: what Typebot takes. It knows a path by its id and a card by its title, but not a button by its text. */
type Option = Choosable & { answer: string };

export const cards = inputKind({
  about: {
    becomes: 'one image for each card, captioned with title, description and its buttons, numbered through all cards; then `hints.choice`',
    limits: `caption ${limits.caption} characters, a longer one follows as text`,
    reads: 'the number, the button’s text, the card’s title (its first button), a tap; sent as the path’s id',
    differs: 'Typebot’s channel shows the first 3 buttons of a card, and Typebot does not understand a button’s text',
  },
  options: z.looseObject({}),
  item: itemSchema,
  answersFirst: false,
  show({ items, settings }) {
    const shown = cardsOf(items);
    const messages = shown.flatMap(({ imageUrl, text }) => picture(imageUrl, text));
    const isChoice = shown.some(({ options }) => options.some(({ number }) => number !== null));
    return { messages: isChoice ? [...messages, ...texts(hint(settings, 'choice'))] : messages, takesBody: false };
  },
  read(said, { items, settings }) {
    const words = wordsOf(said);
    if (words === null) return unsupported(settings);
    const options = cardsOf(items).flatMap((card) => card.options);
    const tapped = said.kind === 'reply' ? options.find(({ answer, number }) => answer === said.id && number !== null) : undefined;
    const option = tapped ?? match(options, words);
    if (option !== null) return send(option.answer);
    return options.length === 0 ? sendText(words, settings) : unmatched(words, settings);
  },
});

function cardsOf(items: readonly Item[]): Card[] {
  let count = 0;
  const shown = items.map((item): Card => {
    const title = storable(item.title ?? '').trim();
    const paths = (item.paths ?? []).map(({ id, text }) => ({ id, text: oneLine(storable(text ?? '')) })).filter(({ text }) => text !== '');
    if (paths.length === 0) {
      const number = title === '' ? null : (count += 1);
      const answer = item.paths?.[0]?.id ?? title;
      return {
        imageUrl: item.imageUrl,
        text: titled(title, item.description, number),
        options: number === null ? [] : [{ answer, label: title, number, aliases: [answer] }],
      };
    }
    const options = paths.map(({ id, text }): Option => ({ answer: id, label: text, number: (count += 1), aliases: [id] }));
    const lines = options.map(({ number, label }) => `${number}. ${label}`).join('\n');
    const text = [titled(title, item.description, null), lines].filter((part) => part !== '').join('\n\n');
    return { imageUrl: item.imageUrl, text, options: [...options, ...byTitle(title, options)] };
  });
  return shown.filter(({ imageUrl, text }) => text !== '' || (imageUrl ?? '').trim() !== '');
}

/** A card's title stands for its first button, as in Typebot; a button called the same is meant itself. */
function byTitle(title: string, options: readonly Option[]): Option[] {
  const isTaken = title === '' || options.some(({ label }) => fold(label) === fold(title));
  return isTaken ? [] : [{ answer: options[0]?.answer ?? title, label: title, number: null, aliases: [] }];
}
