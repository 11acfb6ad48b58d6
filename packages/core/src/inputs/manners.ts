import { numberWord } from './number-words.ts';

/** `text` without what people put around an answer: `a 2` of `quero a 2, por favor`. */
export function withoutManners(text: string): string {
  const plain = text.replace(afterwards, '');
  const meant = plain.replace(before, '');
  // `quero a dois` says which, `quero dois` may say how many.
  return meant !== plain && numberWord(meant) !== null ? plain : meant;
}

/** The same where an amount is asked for: of `quero dois` two are wanted. */
export function withoutWish(text: string): string {
  return text.replace(afterwards, '').replace(before, '');
}

const before =
  /^(?:(?:eu )?(?:quero|queria|prefiro|escolho|vou de|s[oó]|apenas|quiero|elijo|s[oó]lo)|pode ser|puede ser|i want|i'd like|ich möchte|ich mochte|je veux|vorrei) /iu;
const afterwards = /,? (?:por favor|pfv?|please|bitte|per favore|s'il (?:vous|te) pla[iî]t)[.!]*$/iu;
