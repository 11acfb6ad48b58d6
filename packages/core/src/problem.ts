import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** One thing wrong with a value: "`field` must `expected`, but got `came`". `field` is empty for the value itself; `came` null: it is absent. */
export type Problem = { field: string; expected: string; came: string | null };

/** Sentences in one answer, at most. */
const sentencesMax = 20;

/**
 * Says what is wrong with a value: one sentence per field, which names the field, what is allowed and what came. `whole`: what the value is
 * called when it is wrong as a whole, such as `The body`. Values of fields that look secret are not repeated.
 */
export function sentencesOf(issues: readonly Issue[], value: unknown, whole: string): string[] {
  const sentences = [...new Set(problemsOf(issues, value).map((problem) => sentenceOf(problem, whole)))];
  const left = sentences.length - sentencesMax;
  return left > 0 ? [...sentences.slice(0, sentencesMax), `${left} more problems are not listed`] : sentences;
}

export function sentenceOf({ field, expected, came }: Problem, whole = 'The value'): string {
  const name = field === '' ? whole : `\`${field}\``;
  if (expected === unknownField) return `${name} is not a known field`;
  return came === null ? `${name} is required` : `${name} must ${expected}, but got ${came}`;
}

const unknownField = 'be absent';

/** What zod found in `value`, found itself at `path`. The message of a custom check completes "must be …". */
export function problemsOf(issues: readonly Issue[], value: unknown, path: readonly PropertyKey[] = []): Problem[] {
  return issues.flatMap((issue) => problemsIn(issue, value, path));
}

function problemsIn(issue: Issue, value: unknown, path: readonly PropertyKey[]): Problem[] {
  const fieldOf = (at: readonly PropertyKey[]): string => fieldName([...path, ...at]);
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ field: fieldOf([...issue.path, key]), expected: unknownField, came: 'a value' }));
  const fitting = fittingBranch(issue);
  if (fitting) return fitting.flatMap((inner) => problemsIn({ ...inner, path: [...issue.path, ...inner.path] }, value, path));
  const at = valueAt(value, issue.path);
  const came = at === undefined ? null : shown(issue.path.at(-1), at);
  return [{ field: fieldOf(issue.path), expected: `be ${expectationOf(issue)}`, came }];
}

/** `data.buttons.2.title`; empty for the value itself. */
export function fieldName(path: readonly PropertyKey[]): string {
  return cut(path.map(String).join('.'), 100);
}

/** Completes "must be …". */
export function expectationOf(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return typeNames[issue.expected] ?? issue.expected;
    case 'too_small':
      return sized(issue.origin, issue.inclusive === false ? 'more than' : 'at least', issue.minimum);
    case 'too_big':
      return sized(issue.origin, issue.inclusive === false ? 'less than' : 'at most', issue.maximum);
    case 'invalid_value':
      return oneOf(issue.values);
    case 'invalid_union':
      return 'options' in issue && Array.isArray(issue.options) ? oneOf(issue.options) : alternatives(issue.errors);
    case 'invalid_format':
      return formatNames[issue.format] ?? issue.message;
    case 'invalid_key':
      return issue.issues[0] ? `named by ${expectationOf(issue.issues[0])}` : 'named otherwise';
    case 'unrecognized_keys':
    case 'not_multiple_of':
    case 'invalid_element':
    case 'custom':
      return issue.message;
  }
}

const typeNames: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
};

const formatNames: Record<string, string> = { uuid: 'a UUID', datetime: 'a time such as `2026-01-31T12:00:00Z`' };

function sized(origin: string, than: string, limit: number | bigint): string {
  const figure = limit.toLocaleString('en-US');
  if (origin === 'string') return `text of ${than} ${figure} character${figure === '1' ? '' : 's'}`;
  if (origin === 'array') return `a list of ${than} ${figure} ${figure === '1' ? 'entry' : 'entries'}`;
  return `${than} ${figure}`;
}

function oneOf(values: readonly unknown[]): string {
  return values.map((value) => `\`${String(value)}\``).join(' or ');
}

/** If a value may have several forms, the problems of the form it has say more than a list of all forms. */
function fittingBranch(issue: Issue): Issue[] | undefined {
  if (issue.code !== 'invalid_union') return undefined;
  return issue.errors.find((branch) => branch.every(({ code, path }) => code !== 'invalid_type' || path.length > 0));
}

function alternatives(errors: readonly Issue[][]): string {
  return [...new Set(errors.flatMap(([first]) => (first ? [expectationOf(first)] : [])))].join(' or ');
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of path) at = typeof at === 'object' && at !== null && Object.hasOwn(at, key) ? Reflect.get(at, key) : undefined;
  return at;
}

/** The value, short, and never a secret. */
export function shown(key: PropertyKey | undefined, value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'string') return isSecret(key, value) ? 'a value that is not shown' : JSON.stringify(cut(value, 60));
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null)
    return `an object of ${Object.keys(value).length} field${Object.keys(value).length === 1 ? '' : 's'}`;
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}

/** By the field's name, or because the value is a URL with a password or key. */
function isSecret(key: PropertyKey | undefined, value: string): boolean {
  return (
    /token|secret|password|apikey|authorization/i.test(String(key ?? '')) ||
    /:[^/]*@|\/\/[^/]*@|[?&][^=]*(?:key|token|secret)[^=]*=/i.test(value)
  );
}

function cut(text: string, lengthMax: number): string {
  return text.length > lengthMax ? `${text.slice(0, lengthMax).toWellFormed()}…` : text;
}
