import { z } from 'zod';
import { limits, storable } from '../whatsapp.ts';
import { choicesOf, readChoice } from './choices.ts';
import type { Choice } from './match.ts';
import { hint } from './hints.ts';
import { inputKind, lenient, nothing } from './input.ts';
import { numbered, poll, showOptions, under } from './option-list.ts';
import { numberedLines } from './own-numbers.ts';

const itemSchema = z.looseObject({ id: z.string(), content: lenient(z.string()), value: lenient(z.string()) });

/** Buttons in Typebot. Its answer is matched to the letter and knows no numbers, so what people write is read here. */
export const choice = inputKind({
  about: {
    becomes:
      'buttons for up to 3 options, a list for up to 10, else numbered text; always numbered text for several choices, where `choices` is `text`, or where WhatsApp would refuse an id. A poll where `choices` is `poll` and WhatsApp takes it as one. The text before is the body; `fallbackText` is the numbered text. Where the author numbered every label (`2 - Support`, `3️⃣ Exit`), those numbers hold and no others are put before them',
    limits: `body ${limits.body} characters (the end of a longer text, from a paragraph or line on); titles ${limits.buttonTitle} on buttons and ${limits.rowTitle} in lists, cut ones unique and whole in the row’s description`,
    reads:
      'a tap by its id; the number (`2`, `2.`, `2)`, `dois`, `opção 2`, `quero a 2`, `2ª`), the label without regard to case, accents, emoji, outer signs and the author’s own number, its unambiguous beginning, a yes or a no in other words (`ss`, `claro`, `👍`, `não, obrigado`), a time in other words, the author’s letter, the value, the id; several as `1, 3`, `1 3`, `1 a 3`, `todas` or `Red and Blue`. Sent as the label, or as what Typebot takes for that item alone. What names none goes by `unmatchedChoice`; of what Typebot would take for some of them all the same (`not 1`) it hears `…`',
    differs:
      'Typebot’s channel sends groups of three buttons under a `―`, cuts titles, numbers nothing and compares answers to the letter; actions between the text and its buttons are lost there',
  },
  options: z.looseObject({ isMultipleChoice: lenient(z.boolean()) }),
  item: itemSchema,
  answersFirst: false,
  show({ options, items, settings }, body) {
    const choices = visible(items);
    if (choices.length === 0) return nothing;
    const isMultiple = options.isMultipleChoice === true;
    const asPoll = settings.choices === 'poll' ? poll(choices, isMultiple, body, settings) : null;
    if (asPoll !== null) return asPoll;
    if (isMultiple) return under(body, numbered(choices, hint(settings, 'multipleChoice')));
    const listed = choices.map(({ item, label }) => ({ id: item.id, label }));
    return showOptions(listed, body, settings);
  },
  read: (said, { options, items, settings }) => readChoice(said, visible(items), options.isMultipleChoice === true, settings),
});

/** An empty dynamic variable leaves a placeholder without content. */
function visible(items: readonly z.output<typeof itemSchema>[]): Choice[] {
  const named = items
    .map(({ id, content = '', value = '' }) => ({ id, content: storable(content).trim(), value }))
    .filter(({ content }) => content !== '');
  const labels = named.map(({ content }) => content);
  return choicesOf(
    named,
    labels,
    numberedLines(labels).map(({ number }) => number),
  );
}
