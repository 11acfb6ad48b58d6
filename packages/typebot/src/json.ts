/** Levels of arrays and objects. A list nested in a list of rich text takes about six, so this allows some thirty nested lists. */
const depthMax = 200;

/**
 * Parses JSON of an untrusted host. Undefined: it is not JSON, or it is nested deeper than 200 levels. JSON.parse accepts any depth, but code that
 * walks the value later would overflow the stack. NUL and unpaired surrogates become U+FFFD, because Postgres' jsonb can store neither.
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
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit === 0x22) index = endOfString(text, index);
    else if (unit === 0x5b || unit === 0x7b) {
      if (++depth > depthMax) return true;
    } else if (unit === 0x5d || unit === 0x7d) depth--;
  }
  return false;
}

/** The index of the closing quote, or the length of the text. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

function isEscaped(text: string, index: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(index - 1 - backslashes) === 0x5c) backslashes++;
  return backslashes % 2 === 1;
}

/** Escaped backslashes and whole pairs match first and are left as they are. */
const escapes = /\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u0000|\\u[dD][89a-fA-F][0-9a-fA-F]{2}/g;

function withoutUnstorable(text: string): string {
  return text.replace(escapes, (found) => (found.length === 6 ? '\\ufffd' : found));
}
