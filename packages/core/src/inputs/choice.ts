import { z } from 'zod';
import { storable } from '../whatsapp.ts';
import { choicesOf, readChoice, type Choice } from './choices.ts';
import { hint } from './hints.ts';
import { inputKind, lenient, nothing } from './input.ts';
import { numbered, showOptions, under } from './option-list.ts';

const itemSchema = z.looseObject({ id: z.string(), content: lenient(z.string()), value: lenient(z.string()) });

/** Buttons in Typebot. Its answer is matched to the letter and knows no numbers, so what people write is read here. */
export const choice = inputKind({
  options: z.looseObject({ isMultipleChoice: lenient(z.boolean()) }),
  item: itemSchema,
  answersFirst: false,
  show({ options, items, settings }, body) {
    const choices = visible(items);
    if (choices.length === 0) return nothing;
    if (options.isMultipleChoice === true) return under(body, numbered(choices, hint(settings, 'multipleChoice')));
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
  return choicesOf(named, labels);
}
