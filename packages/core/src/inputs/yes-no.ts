import { emojiIn, foldToLetters } from '../normalise.ts';

/**
 * Whether `text` is a yes or a no: `ss`, `siiim`, `claro`, `sim, quero`, `👍`; `nn`, `não, obrigado`, `👎`. Null when it is neither, both, or
 * holds a word that may change it (`não sei`). Of a label only its `beginning` is looked at: `Sim, quero falar com alguém`.
 */
export function saysOf(text: string, part: 'whole' | 'beginning'): 'yes' | 'no' | null {
  const words = foldToLetters(text).split(' ').map(shortened);
  if (words[0] === '') return emojiSays(text);
  if (part === 'beginning') return strongYes.has(words[0] ?? '') ? 'yes' : no.has(words[0] ?? '') ? 'no' : null;
  if (words.length > 6 || !words.every((word) => strongYes.has(word) || weakYes.has(word) || no.has(word) || fillers.has(word)))
    return null;
  const isYes = words.some((word) => strongYes.has(word));
  // `claro que não` and `não quero` are a no, `sim não` is neither.
  if (words.some((word) => no.has(word))) return isYes ? null : 'no';
  return isYes || words.some((word) => weakYes.has(word)) ? 'yes' : null;
}

/** `siiim` as `sim`, `nn` as `n`. */
function shortened(word: string): string {
  return word.length > 20 ? word : word.replace(/(\p{L})\1+/gu, '$1');
}

function emojiSays(text: string): 'yes' | 'no' | null {
  const signs = Array.from(emojiIn(text)).filter((sign) => !'♀♂'.includes(sign));
  if (signs.length === 0) return null;
  if (signs.every((sign) => '👍👌✅✔☑🆗'.includes(sign))) return 'yes';
  return signs.every((sign) => '👎❌✖🚫🙅'.includes(sign)) ? 'no' : null;
}

const set = (words: string): ReadonlySet<string> => new Set(words.split(' ').map(shortened));

const strongYes = set('sim s si sip yes y yep yeah yup ok okay okey oui ouais ja jawohl');
const weakYes = set(
  'claro course supuesto sur certo certamente certeza isso exato exatamente correto positivo beleza blz aham uhum pode quero aceito confirmo confirmado concordo dale vale bueno correcto obvio sure absolutely definitely correct right exactly klar gerne genau natuerlich naturlich stimmt certainement exactement esatto volentieri',
);
const no = set('nao n no nop nope nah nunca jamais negativo never not nein non niente');
const fillers = set(
  'obrigado obrigada obg brigado brigada gracias thanks thank you tks danke merci grazie mile por favor pf pfv please bitte eu com que de e a muito bem tudo mesmo agora hoje ser of it is i do want senhor senhora moco moca amigo amiga now today schon bien bene va prego jeito nenhum',
);
