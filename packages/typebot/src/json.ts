/** Levels of arrays and objects. A list nested in a list costs about six, so this is some thirty levels of lists. */
const depthMax = 200;

/**
 * Reads JSON of a host we do not trust. Undefined when it is not JSON or nests deeper than 200 levels (JSON.parse takes any
 * depth, but what walks the value later would overflow the stack). NUL and unpaired surrogates become U+FFFD: Postgres takes
 * neither in jsonb, and one such letter would make the reply impossible to store.
 */
export function readJson(text: string): unknown {
  if (isTooDeep(text)) return undefined;
  try {
    return JSON.parse(text.includes('\\u') ? withoutUnstorable(text) : text) as unknown;
  } catch {
    return undefined;
  }
}

function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const letter = text.charCodeAt(at);
    if (letter === 0x22) at = endOfString(text, at);
    else if (letter === 0x5b || letter === 0x7b) {
      if (++depth > depthMax) return true;
    } else if (letter === 0x5d || letter === 0x7d) depth--;
  }
  return false;
}

/** The index of the closing quote, or the end of the text. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === 0x5c) backslashes++;
  return backslashes % 2 === 1;
}

/** Escaped backslashes and whole pairs match first, so that they are stepped over. */
const escapes = /\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u0000|\\u[dD][89a-fA-F][0-9a-fA-F]{2}/g;

function withoutUnstorable(text: string): string {
  return text.replace(escapes, (found) => (found.length === 6 ? '\\ufffd' : found));
}
