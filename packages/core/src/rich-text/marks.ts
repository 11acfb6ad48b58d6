/** A piece of one line and the set of marks it carries, as bits. */
export type Run = { text: string; marks: number };

export const bold = 1;
export const italic = 2;
export const strikethrough = 4;
export const code = 8;

/** Outermost first when two marks cover the same text. Code comes last: WhatsApp reads no marks inside code. */
const symbols: readonly (readonly [mark: number, symbol: string])[] = [
  [italic, '_'],
  [bold, '*'],
  [strikethrough, '~'],
];

/** One line with its marks written out. */
export function marked(line: readonly Run[]): string {
  if (line.every((run) => run.marks === 0)) return textOf(line);
  return nest(merged(line), '', '');
}

/** `before` and `after`: the bare text that the line goes on with on either side. */
function nest(line: readonly Run[], before: string, after: string): string {
  let out = '';
  for (let start = 0; start < line.length;) {
    const { mark, symbol, end } = widestMark(line, start);
    const span = line.slice(start, end);
    const left = start === 0 ? before : bareText(line[start - 1]);
    const right = end === line.length ? after : bareText(line[end]);
    if (mark === 0) out += textOf(span);
    else {
      const inside = nest(merged(span.map((run) => ({ text: run.text, marks: run.marks & ~mark }))), left, right);
      out += touchesWord(left, textOf(span), right) ? inside : wrapped(symbol, inside);
    }
    start = end;
  }
  return out;
}

/** The mark of the run at `start` that reaches farthest, so that marks nest and are opened as seldom as possible. */
function widestMark(line: readonly Run[], start: number): { mark: number; symbol: string; end: number } {
  const marks = line[start]?.marks ?? 0;
  if (marks === 0) return { mark: 0, symbol: '', end: start + 1 };
  let widest = { mark: code, symbol: '`', end: start };
  for (const [mark, symbol] of symbols) {
    if ((marks & mark) === 0) continue;
    const end = reach(line, start, mark);
    if (end > widest.end) widest = { mark, symbol, end };
  }
  return widest.end > start ? widest : { ...widest, end: reach(line, start, code) };
}

function reach(line: readonly Run[], start: number, mark: number): number {
  let end = start;
  while (((line[end]?.marks ?? 0) & mark) !== 0) end += 1;
  return end;
}

/** White space at the ends stays outside, and white space alone takes no mark: WhatsApp would show the symbols. */
function wrapped(symbol: string, text: string): string {
  const core = text.trim();
  if (core === '') return text;
  const start = text.indexOf(core);
  const fence = symbol === '`' && core.includes('`') ? '```' : symbol;
  return text.slice(0, start) + fence + core + fence + text.slice(start + core.length);
}

const wordChar = /[\p{L}\p{N}\p{M}]/u;

/** WhatsApp reads a mark only at the edge of a word. In the middle of one its symbol would be shown, so the mark is dropped. */
function touchesWord(left: string, text: string, right: string): boolean {
  return (wordChar.test(left.slice(-1)) && !/^\s/.test(text)) || (wordChar.test(right.slice(0, 1)) && !/\s$/.test(text));
}

/** The neighbour's text when it stands there bare; a neighbour with marks of its own puts a symbol in between. */
function bareText(run: Run | undefined): string {
  return run === undefined || run.marks !== 0 ? '' : run.text;
}

function merged(line: readonly Run[]): Run[] {
  const runs: Run[] = [];
  for (const run of line) {
    const last = runs.at(-1);
    if (run.text === '') continue;
    if (last?.marks === run.marks) last.text += run.text;
    else runs.push({ ...run });
  }
  return runs;
}

function textOf(line: readonly Run[]): string {
  let text = '';
  for (const run of line) text += run.text;
  return text;
}
