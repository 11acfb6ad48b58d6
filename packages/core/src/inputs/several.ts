import { fold, matchedMax, visible } from '../normalise.ts';
import { withoutManners } from './manners.ts';
import { type Choice, type Item, match, matchName } from './match.ts';

/** `1, 3`, `1 a 3`, `Red and Blue`, `vermelho e azul`, `todas`; null unless every part names a choice. In the order they are shown. */
export function chosenSeveral(choices: readonly Choice[], words: string): Choice[] | null {
  if (words.length > matchedMax) return null;
  const whole = match(choices, words);
  if (whole !== null) return [whole];
  const plain = withoutManners(visible(words).trim()).replace(noun, '').replace(/[.!]$/u, '');
  if (all.test(fold(plain))) return chosenAll(choices);
  const [, from, to] = range.exec(fold(plain)) ?? [];
  if (from !== undefined) return chosenBetween(choices, Number(from), Number(to));
  return namedOneByOne(choices, plain);
}

/** Labels may have separators of their own: the longest run of parts that is a name comes first. Null where one is left that names none. */
function namedOneByOne(choices: readonly Choice[], words: string): Choice[] | null {
  const parts = words.split(separator);
  const found = new Set<Choice>();
  // Separators stand between the parts, at the odd places.
  for (let at = 0; at < parts.length;) {
    const taken = nameAt(choices, parts, at);
    if (taken === null) return null;
    for (const choice of taken.named) found.add(choice);
    at = taken.end;
  }
  return found.size === 0 ? null : choices.filter((choice) => found.has(choice));
}

/** Parts that one label may be made of. */
const partsMax = 6;

function nameAt(choices: readonly Choice[], parts: readonly string[], at: number): { named: Choice[]; end: number } | null {
  for (let end = Math.min(at + 2 * partsMax - 1, parts.length); end > at + 1; end -= 2) {
    const name = matchName(choices, parts.slice(at, end).join(''));
    if (name !== null) return { named: [name], end: end + 1 };
  }
  const singles = numbersIn(parts[at] ?? '').map((part) => match(choices, part));
  const named = singles.filter((choice) => choice !== null);
  return named.length === singles.length ? { named, end: at + 2 } : null;
}

/** `as opções` of `as opções 1 e 3`. */
const noun = /^(?:(?:as|os|las|los|the) )?(?:op[cç][oõ]es|opciones|options|n[uú]meros|numbers|itens|items) /iu;
/** `todas`, `todas as opções`. */
const all = /^(?:todas|todos|tudo|all)(?: (?:as |os |las |los |the )?(?:opcoes|opciones|options|elas|eles|them))?$/u;
/** `1 a 3`, `do 1 ao 3`, `1 hasta 3`. */
const range = /^(?:(?:de|da|do|del|from) )?(?:la |el )?(\d{1,3}) (?:a|ao|al|ate|hasta|to) (?:la |el |o |a )?(\d{1,3})$/u;

/** Null where one of them is `None of these`: then not all can be meant. */
function chosenAll(choices: readonly Choice[]): Choice[] | null {
  return choices.some(({ label }) => /^(?:nenhum|ningun|none|nada)/u.test(fold(label))) ? null : [...choices];
}

/** Null unless both ends are there. `1-3` is no range: it may as well be two answers. */
function chosenBetween(choices: readonly Choice[], from: number, to: number): Choice[] | null {
  const hasEnds = [from, to].every((end) => choices.some(({ number }) => number === end));
  return hasEnds && from < to ? choices.filter(({ number }) => number !== null && number >= from && number <= to) : null;
}

const separator = /([,;\n+&/]|\s(?:e|y|and|et|und|mais)\s|(?<=\d)e(?=\d))/iu;

/** `1 3` is two numbers; a blank part is none. */
function numbersIn(part: string): string[] {
  const numbers = /^[\u{FE0F}\u{20E3}\s\d.)\]°ºª]+$/u.test(part) ? part.split(/\s+/) : [part];
  return numbers.filter((each) => each.trim() !== '');
}

/** Whether Typebot, which looks for names and numbers anywhere in a text, would take some of the choices out of words like `not 1`. */
export function wouldBeMisread(words: string, choices: readonly Choice[]): boolean {
  const items = choices.map(({ item }) => item);
  return understood(words, items).size > 0;
}

/**
 * What Typebot takes for these choices and no others. Their names, as its own client sends them, unless a name has another item's value or
 * number in it; then their values, their ids or their positions.
 */
export function namesOf(chosen: readonly Choice[], choices: readonly Choice[]): string {
  const ways: ((choice: Choice) => string)[] = [
    ({ label, item }) => label || item.value || item.id,
    ({ label, item }) => item.value || label || item.id,
    ({ item }) => item.id,
    (choice) => String(choices.indexOf(choice) + 1),
  ];
  const messages = ways.map((way) => chosen.map(way).join(', '));
  const items = choices.map(({ item }) => item);
  const isMeant = (read: Set<Item>) => read.size === chosen.length && chosen.every(({ item }) => read.has(item));
  return messages.find((message) => isMeant(understood(message, items))) ?? messages[0] ?? '';
}

/** Typebot's own reading: ids, then values, contents and positions, each the longest first, as whole words that are then taken out. */
function understood(message: string, items: readonly Item[]): Set<Item> {
  const rounds: ((item: Item, i: number) => string)[] = [
    ({ id }) => id,
    ({ value }) => value,
    ({ content }) => content,
    (_, i) => String(i + 1),
  ];
  const found = new Set<Item>();
  let rest = message;
  for (const nameOf of rounds) {
    const names = items.map((item, i) => ({ item, name: nameOf(item, i).trim() })).toSorted((a, b) => b.name.length - a.name.length);
    for (const { item, name } of names) {
      if (name === '' || found.has(item) || !hasWord(rest, name)) continue;
      found.add(item);
      rest = rest.replace(name, () => '');
    }
  }
  return found;
}

/** Whether `name` stands in `text` without a letter or digit at either end, in any case. */
function hasWord(text: string, name: string): boolean {
  const within = text.toLowerCase();
  const word = name.toLowerCase();
  for (let at = within.indexOf(word); at >= 0; at = within.indexOf(word, at + 1)) {
    if (!wordChar.test(within.slice(0, at).slice(-1)) && !wordChar.test(within.charAt(at + word.length))) return true;
  }
  return false;
}

const wordChar = /[\p{L}\p{N}_]/u;
