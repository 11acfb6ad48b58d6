import { fold, foldToWords, matchedMax } from './fold.ts';
import { digitsIn, numberWord, positionNamed } from './numbers.ts';

/** Something a contact can choose by what they write. */
export type Choosable = {
  label: string;
  /** Other names for it: its value, its id, its title as a button. */
  aliases: readonly string[];
  /** The number it is shown with; null when it is not numbered. */
  number: number | null;
};

/** The option that `said` means, or null when it means none, or more than one in the same way. The surest reading wins. */
export function match<T extends Choosable>(options: readonly T[], said: string): T | null {
  if (said.length > matchedMax) return null;
  for (const reading of readings(said)) {
    const [first, second] = options.filter(reading);
    if (first !== undefined && second === undefined) return first;
  }
  return null;
}

/** From the surest to the loosest. A label that is itself a number comes before the position. */
function* readings(said: string): Generator<(option: Choosable) => boolean> {
  const exact = said.trim();
  yield (option) => option.label.trim() === exact;

  const digits = digitsIn(exact);
  if (digits !== null) yield (option) => option.number === digits;
  yield (option) => option.aliases.includes(exact);

  const folded = fold(exact);
  if (folded === '') return;
  yield (option) => fold(option.label) === folded;

  const words = foldToWords(exact);
  if (words !== '') yield (option) => foldToWords(option.label) === words;

  const spelled = numberWord(words);
  if (spelled !== null) yield (option) => option.number === spelled;

  yield (option) => option.aliases.some((alias) => fold(alias) === folded);

  // `0` for `0 - Menu`: the author's own numbering.
  if (digits !== null) yield (option) => /^\D?(\d+)(?!\d)/u.exec(foldToWords(option.label))?.[1] === String(digits);
  // A bare number is never the beginning of a label: `10` does not mean `100 people`.
  else if (words.length >= 2) yield (option) => foldToWords(option.label).startsWith(words);

  const position = positionNamed(words);
  if (position !== null) yield (option) => option.number === position;
}
