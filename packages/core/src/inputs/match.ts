import { clockIn } from './clock.ts';
import { emojiIn, fold, foldToLetters, foldToWords, matchedMax, plain, visible } from '../normalise.ts';
import { withoutManners } from './manners.ts';
import { numberWord } from './number-words.ts';
import { digitsIn, positionNamed } from './numbers.ts';
import { withoutMark } from './own-numbers.ts';
import { saysOf } from './yes-no.ts';

/** Something a contact can choose by what they write. */
export type Choosable = {
  label: string;
  /** Other names for it: its value, its id, its title as a button. */
  aliases: readonly string[];
  /** The number it is shown with; null when it is not numbered. */
  number: number | null;
};

/** An item as Typebot matches it: by its id, its value, or its content. */
export type Item = { id: string; content: string; value: string };

export type Choice = Choosable & { item: Item };

/** The option that `said` means, or null when it means none, or more than one in the same way. The surest reading wins. */
export function match<T extends Choosable>(options: readonly T[], said: string): T | null {
  if (said.length > matchedMax) return null;
  const wordings = new Set([visible(said).trim(), plain(said), withoutManners(plain(said))]);
  for (const wording of wordings) {
    const named = namedBy(wording, options);
    if (named !== null) return named;
  }
  return answeredBy(said, options);
}

/** The option whose name `said` is, whatever signs and joining words stand between its letters. */
export function matchName<T extends Choosable>(options: readonly T[], said: string): T | null {
  const letters = lettersOf(said);
  const [only, another] = letters === '' ? [] : options.filter(({ label }) => namesIn(label).some((name) => lettersOf(name) === letters));
  return another === undefined ? (only ?? null) : null;
}

function namedBy<T extends Choosable>(exact: string, options: readonly T[]): T | null {
  let left = options;
  for (const reading of readings(exact, options)) {
    const found = left.filter(reading);
    if (found.length === 1) return found[0] ?? null;
    // A looser reading may tell these apart, but not name another.
    if (found.length > 1) left = found;
  }
  return null;
}

type Reading = (option: Choosable) => boolean;

/** From the surest to the loosest. A label that is itself a number comes before the position. */
function* readings(exact: string, options: readonly Choosable[]): Generator<Reading> {
  yield ({ label }) => label.trim() === exact;
  yield ({ label }) => visible(label).trim() === exact;

  const digits = digitsIn(exact);
  if (digits !== null) yield ({ label }) => digitsIn(label) === digits;
  if (digits !== null) yield ({ number }) => number === digits;
  yield ({ aliases }) => aliases.includes(exact);

  const folded = fold(exact);
  if (folded === '') return;
  yield ({ label }) => fold(label) === folded;

  const words = foldToWords(exact);
  if (words !== '') yield ({ label }) => namesIn(label).includes(words);
  yield ({ aliases }) => aliases.some((alias) => fold(alias) === folded || fold(alias) === words);
  if (words === '') {
    const emoji = emojiIn(exact);
    if (emoji !== '') yield ({ label }) => emojiIn(label) === emoji;
    return;
  }

  const amount = digits ?? numberWord(words);
  yield* amount === null ? wordReadings(words, options) : amountReadings(amount, digits === null ? words : null);
}

/** Of a number; `spelled` when it was written in words. A bare number is never the beginning of a label: `10` does not mean `100 people`. */
function* amountReadings(amount: number, spelled: string | null): Generator<Reading> {
  if (spelled !== null) {
    yield ({ label }) => digitsIn(label) === amount;
    // `duas` is the second option and `Duas vezes`: where these are two options it names neither.
    yield ({ label, number }) => number === amount || foldToWords(label).startsWith(spelled);
  }
  yield ({ label }) => numberIn(label) === amount;
}

function* wordReadings(words: string, options: readonly Choosable[]): Generator<Reading> {
  // `1. Sales`, `1 sales`: the line that shows an option, as it was copied.
  const [, number, name = ''] = /^(\d{1,3})[^\p{L}\d]+(.+)$/u.exec(words) ?? [];
  if (number !== undefined) yield (option) => option.number === Number(number) && namesIn(option.label).includes(name);

  const letters = lettersOf(words);
  // `a 3` is the third, and not the label `A) 3`.
  const isName = /\p{L}/u.test(letters) && positionNamed(words) === null;
  if (isName) yield ({ label }) => namesIn(label).some((own) => lettersOf(own) === letters);

  const beginnings = initials.get(words) ?? (words.length >= 2 ? [words] : []);
  yield ({ label }) => namesIn(label).some((own) => beginnings.some((beginning) => beginsWith(own, beginning)));

  // `9 e meia` for `09:30`; a label `2` is no time.
  const clock = clockIn(words);
  if (clock !== null) yield ({ label }) => digitsIn(label) === null && clockIn(label) === clock;

  const bare = withoutArticle(words);
  yield ({ label }) => withoutArticle(foldToWords(label)) === bare;

  // Among days `segunda` is Monday, and not the second.
  const isDay = weekday.test(words) && options.some(({ label }) => weekday.test(foldToWords(label)));
  const position = isDay ? null : positionNamed(words);
  if (position !== null) yield (option) => option.number === position;
}

/** A yes or a no in other words than the label's: the one option that begins with one. */
function answeredBy<T extends Choosable>(said: string, options: readonly T[]): T | null {
  const meant = saysOf(said, 'whole');
  const [only, another] = meant === null ? [] : options.filter(({ label }) => saysOf(withoutMark(label), 'beginning') === meant);
  return another === undefined ? (only ?? null) : null;
}

/** Letters and digits alone, without the words and signs that join them: `sim quero` of `Sim, quero`, `red blue` of `Red / Blue`. */
function lettersOf(text: string): string {
  return foldToLetters(text).replace(/(?<= )(?:e|y|and|et|und|ed|ou|or) /gu, '');
}

/** What a label is called: with its author's number or letter, and without. */
function namesIn(label: string): [string, string] {
  return [foldToWords(label), foldToWords(withoutMark(label))];
}

/** The number a label starts with: 0 of `0 - Menu`, 100 of `100 people` and `R$ 100`, but not 1 of `1.500 km`. */
function numberIn(label: string): number | null {
  const found = /^(?:\p{L}{0,2}\$ ?|\D)?(\d+)(?![.,]?\d)/u.exec(foldToWords(label))?.[1];
  return found === undefined ? null : Number(found);
}

/** A yes or no is a word of its own: `sim` does not begin `Simples`. */
function beginsWith(name: string, beginning: string): boolean {
  return name.startsWith(beginning) && !(yesAndNo.has(beginning) && /^\p{L}/u.test(name.slice(beginning.length)));
}

const yesAndNo: ReadonlySet<string> = new Set(['sim', 'si', 'yes', 'nao', 'no']);
/** How a yes or no is written in one letter. */
const initials: ReadonlyMap<string, readonly string[]> = new Map([
  ['s', ['sim', 'si']],
  ['n', ['nao', 'no']],
  ['y', ['yes']],
]);

/** `na segunda-feira` as `segunda`, `o azul` as `azul`. `os dois` are both, and `no` is an article only before two of the days. */
function withoutArticle(words: string): string {
  return words
    .replace(/^(?:a|o|na|el|la|the|(?:[ao]s|l[ao]s)(?! (?:2|dois|duas|dos)$)|no(?= sabado| domingo)) /u, '')
    .replace(/[- ]feira$/u, '');
}

const weekday = /(?<!\p{L})(?:segunda|terca|quarta|quinta|sexta|sabado|domingo)(?!\p{L})/u;
