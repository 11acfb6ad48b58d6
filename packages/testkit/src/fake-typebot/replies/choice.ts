import type { WireItem } from '../compile.ts';
import type { Dialect } from '../version.ts';
import { type Choice, multipleChoice } from './multiple-choice.ts';
import { invalid, textOption } from './verdict.ts';
import type { Reply, Validator } from './verdict.ts';

export const choice: Validator = (reply, { options = {}, items = [] }, dialect) => {
  if (reply.type !== 'text') return invalid;
  const choices = items.map((item) => toChoice(item, dialect));
  return options['isMultipleChoice'] === true ? multipleChoice(reply.text, choices) : single(reply, choices, dialect);
};

function toChoice(item: WireItem, { itemValues }: Dialect): Choice {
  const content = textOption(item['content']) ?? textOption(item['title']) ?? textOption(item['pictureSrc']) ?? '';
  return { id: item.id, value: itemValues ? textOption(item['value']) : undefined, content };
}

/** Exact but for spaces around; numbers are not understood. Longest content first. */
function single(reply: Reply & { type: 'text' }, choices: readonly Choice[], { exactChoices }: Dialect) {
  const fold = (text: string) => (exactChoices ? text.trim() : text.trim().toLowerCase());
  const said = fold(reply.text);
  const matches = ({ id, value, content }: Choice) =>
    id === reply.metadata?.replyId || id === reply.text || (value !== undefined && fold(value) === said) || fold(content) === said;
  const longestFirst = choices.map((_, index) => index).toSorted((a, b) => lengthAt(choices, b) - lengthAt(choices, a));
  const item = longestFirst.find((index) => {
    const candidate = choices[index];
    return candidate !== undefined && matches(candidate);
  });
  const found = item === undefined ? undefined : choices[item];
  if (item === undefined || !found) return invalid;
  return { valid: true as const, content: found.value ?? found.content, chosen: { item } };
}

function lengthAt(choices: readonly Choice[], index: number): number {
  return choices[index]?.content.length ?? 0;
}
