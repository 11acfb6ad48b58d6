import type { Flow } from './compile.ts';
import type { VariableValue, Variables } from './template.ts';
import type { Position } from './walk.ts';

/** A row of Typebot's session table. It holds the flow as it was at the start, whatever is published later. */
export type Session = {
  id: string;
  flow: Flow;
  resultId: string;
  variables: Variables;
  /** The block that waits for an answer. Null: registered only, or the start was already the end. */
  position: Position | null;
};

/** Values given at start: of declared names only, and made texts or lists of texts. */
export function prefill(variables: Variables, given: Record<string, unknown> | null): Variables {
  if (given === null) return variables;
  const known = Object.entries(given).filter(([name]) => name in variables);
  return { ...variables, ...Object.fromEntries(known.map(([name, value]) => [name, toValue(value)])) };
}

function toValue(value: unknown): VariableValue {
  if (value === null || value === undefined || value === '') return null;
  if (Array.isArray(value)) return value.map(toText);
  return toText(value);
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** 24 letters and digits, like Typebot's own ids. */
export function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  return Array.from(bytes, (byte, index) => alphabet[byte % (index === 0 ? 26 : 36)]).join('');
}
