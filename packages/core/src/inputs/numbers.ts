import { plain } from '../normalise.ts';
import { numberWord } from './number-words.ts';

/** The whole number that `text` is, from 0: `2`, `2.`, `2)`, `(2)`, `*2*`, `2️⃣`, `२`. Null for anything else. */
export function digitsIn(text: string): number | null {
  if (text.length > 40) return null;
  const seen = plain(text.replaceAll('🔟', '10').normalize('NFKC')).replaceAll('\u{20E3}', '').trim();
  const digits = /^[(#]?\s*(\d{1,4})\s*[.,!;)\]:°-]*$/u.exec(seen)?.[1];
  return digits === undefined ? null : Number(digits);
}

/**
 * The position that folded words name: `opcao 2`, `numero 2`, `op. 2`, `option 2`, `a 2`, `na 2`, `2a`, `the second one`, `la primera`; null for
 * anything else. `as duas` and `os dois` are no positions: they mean both.
 */
export function positionNamed(words: string): number | null {
  const named = position.exec(words)?.[1];
  if (named === undefined) return null;
  // The signs of `2º` and `2ª` are letters by now, as many people write them anyway.
  return digitsIn(named.replace(/(?<=^\d{1,4})[oa]$/u, '')) ?? numberWord(named) ?? ordinals.get(named) ?? null;
}

const position =
  /^(?:(?:a|o|na|la|el|the) )?(?:(?:opcao|opcion|option|opc?|item|numero|number|no|n°|n(?=\.))(?!\p{L})\.? ?)?(\S+?)(?: (?:opcao|opcion|option|one))?$/u;

const ordinals: ReadonlyMap<string, number> = new Map(
  [
    ['primeiro', 'primeira', 'first', 'primero', 'primera'],
    ['segundo', 'segunda', 'second'],
    ['terceiro', 'terceira', 'third', 'tercero', 'tercera'],
    ['quarto', 'quarta', 'fourth', 'cuarto', 'cuarta'],
    ['quinto', 'quinta', 'fifth'],
  ].flatMap((names, i) => names.map((name): [string, number] => [name, i + 1])),
);
