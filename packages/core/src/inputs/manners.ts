import { numberWord } from './numbers.ts';

/** `text` without what people put around an answer: `a 2` of `quero a 2, por favor`. */
export function withoutManners(text: string): string {
  const plain = text.replace(afterwards, '');
  const meant = plain.replace(before, '');
  // `quero a dois` says which, `quero dois` may say how many.
  return meant !== plain && numberWord(meant) !== null ? plain : meant;
}

const before = /^(?:(?:eu )?(?:quero|prefiro|escolho|vou de|s[oó]|apenas|quiero|elijo|s[oó]lo)|pode ser|i want) /iu;
const afterwards = /,? (?:por favor|pfv?|please)[.!]?$/iu;
