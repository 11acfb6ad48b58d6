/** Text, or a list of texts. Null: no value. */
export type VariableValue = string | readonly string[] | null;
export type Variables = Readonly<Record<string, VariableValue>>;

export type Template<T> = (variables: Variables) => T;

/** The pieces of a text: literal strings, and names of variables. */
export type Piece = string | { variable: string };

export function piecesOf(text: string): Piece[] {
  return text
    .split(/(\{\{[^{}]+\}\})/)
    .filter((piece) => piece !== '')
    .map((piece) => (piece.startsWith('{{') && piece.endsWith('}}') ? { variable: piece.slice(2, -2) } : piece));
}

export function fillPiece(piece: Piece, variables: Variables): string {
  return typeof piece === 'string' ? piece : show(variables[piece.variable] ?? null);
}

/** A list is shown as JSON, as bots of version 6 do. */
export function show(value: VariableValue): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Replaces `{{variables}}` in every text of a JSON value. A value without any is given back as it is, not copied. */
export function template<T>(value: T): Template<T> {
  if (!JSON.stringify(value)?.includes('{{')) return () => value;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same JSON, only its texts are others
  return (variables) => fill(value, variables) as T;
}

function fill(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') {
    return piecesOf(value)
      .map((piece) => fillPiece(piece, variables))
      .join('');
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fill(item, variables)]));
}
