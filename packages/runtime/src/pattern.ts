import { RE2JS, RE2JSException } from 're2js';

/**
 * Whether a pattern is found anywhere in a text, case-sensitive as written, in time linear in the text. RE2 syntax. Of a longer text the
 * first 4,096 characters are looked at. A pattern that `patternProblem` refuses is found nowhere.
 */
export function matches(pattern: string, text: string): boolean {
  // Not `test`, which is faster on long texts but keeps megabytes of states with each pattern.
  return compiled(pattern)?.matcher(text.slice(0, textLengthMax)).find() ?? false;
}

/** Completes the sentence "`field` must be …" for a pattern that cannot be used. Null: it can be used. */
export function patternProblem(pattern: string): string | null {
  if (pattern.length > patternLengthMax) return `a pattern of at most ${patternLengthMax} characters`;
  const read = compile(pattern);
  return read.type === 'program' ? null : read.expected;
}

const patternLengthMax = 256;
const textLengthMax = 4_096;
/** A match takes up to one step for each instruction and character; with this many and the longest text, some 20 ms. */
const instructionsMax = 300;
const keptMax = 1_000;

/** The patterns used last, the latest at the end. Null: cannot be used. */
const kept = new Map<string, RE2JS | null>();

function compiled(pattern: string): RE2JS | null {
  const known = kept.get(pattern);
  const program = known === undefined ? programOf(pattern) : known;
  kept.delete(pattern);
  kept.set(pattern, program);
  for (const oldest of kept.keys()) {
    if (kept.size <= keptMax) break;
    kept.delete(oldest);
  }
  return program;
}

function programOf(pattern: string): RE2JS | null {
  const read = pattern.length > patternLengthMax ? null : compile(pattern);
  return read?.type === 'program' ? read.program : null;
}

function compile(pattern: string): { type: 'program'; program: RE2JS } | { type: 'problem'; expected: string } {
  try {
    const program = RE2JS.compile(pattern);
    const instructions = program.programSize();
    if (instructions <= instructionsMax) return { type: 'program', program };
    const figures = `${instructionsMax} instructions when its repetitions are written out, and it takes ${instructions}`;
    return { type: 'problem', expected: `a pattern of at most ${figures}` };
  } catch (error) {
    if (error instanceof RE2JSException) return { type: 'problem', expected: expectedInsteadOf(error.message) };
    throw error;
  }
}

/** By the message of the engine, which quotes the place. */
function expectedInsteadOf(message: string): string {
  const reason = message.replace('error parsing regexp: ', '');
  const construct = constructs.find(({ sign }) => sign.test(reason));
  return construct ? `a pattern without ${construct.name}, which ${engine} does not have` : `a pattern in RE2 syntax (${reason})`;
}

const engine = 'RE2, the engine that never takes long,';

const constructs = [
  { sign: /`\(\?<?[=!]/, name: 'look-ahead and look-behind' },
  { sign: /`\\(?:[1-9]|k)/, name: 'back references' },
  { sign: /`\(\?>/, name: 'atomic groups' },
  { sign: /repeat count/, name: 'repetitions of more than 1,000 times' },
];
