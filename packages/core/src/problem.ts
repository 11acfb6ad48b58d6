import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/** One thing wrong with a value, in words. `field` is empty when it is the value itself; `expected` goes on from "to be ". */
export type Problem = { field: string; expected: string; came: string };

/** Problems of one value that are told at most. */
const problemsMax = 20;

/** What is wrong with `value`, one sentence a field. `whole`: what the value is called when it is wrong as a whole, such as `the body`. */
export function sentencesOf(issues: readonly Issue[], value: unknown, whole: string): string[] {
  const sentences = [...new Set(problemsOf(issues, value).map((problem) => sentenceOf(problem, whole)))];
  const left = sentences.length - problemsMax;
  return left > 0 ? [...sentences.slice(0, problemsMax), `There are ${left} more problems`] : sentences;
}

export function sentenceOf({ field, expected, came }: Problem, whole: string): string {
  const name = field === '' ? whole : `\`${field}\``;
  if (expected === absent) return `Expected no field ${name}, got ${came}`;
  return came === nothing ? `${name} is required: ${expected}` : `Expected ${name} to be ${expected}, got ${came}`;
}

const nothing = 'nothing';
const absent = 'absent';

/** What zod found in `value`, in words. Messages of custom checks have to go on from "to be ". */
export function problemsOf(issues: readonly Issue[], value: unknown): Problem[] {
  return issues.flatMap((issue) => problemsIn(issue, value));
}

function problemsIn(issue: Issue, value: unknown): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const at = valueAt(value, issue.path);
    return issue.keys.map((key) => ({ field: fieldName([...issue.path, key]), expected: absent, came: shown(key, valueAt(at, [key])) }));
  }
  const fitting = fittingBranch(issue);
  if (fitting) return fitting.flatMap((inner) => problemsIn({ ...inner, path: [...issue.path, ...inner.path] }, value));
  const came = shown(issue.path.at(-1), valueAt(value, issue.path));
  return [{ field: fieldName(issue.path), expected: expectationOf(issue), came }];
}

/** `data.buttons[2].title`; empty for the value itself. */
export function fieldName(path: readonly PropertyKey[]): string {
  const name = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return cut(name.replace(/^\./, ''), 100);
}

/** Goes on from "Expected a value to be ". */
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

/** The form of a union that the value has: what is wrong with it there says more than the list of forms. */
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

/** What came, short, and never a secret. */
export function shown(key: PropertyKey | undefined, value: unknown): string {
  if (value === undefined) return nothing;
  if (typeof value === 'string') return isSecret(key, value) ? `a secret of ${value.length} characters` : JSON.stringify(cut(value, 60));
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null)
    return `an object of ${Object.keys(value).length} field${Object.keys(value).length === 1 ? '' : 's'}`;
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value);
}

/** By its name, or because it is a URL with a password or a key. */
function isSecret(key: PropertyKey | undefined, value: string): boolean {
  return (
    /token|secret|password|apikey|authorization/i.test(String(key ?? '')) ||
    /:[^/]*@|\/\/[^/]*@|[?&][^=]*(?:key|token|secret)[^=]*=/i.test(value)
  );
}

function cut(text: string, lengthMax: number): string {
  return text.length > lengthMax ? `${text.slice(0, lengthMax).toWellFormed()}…` : text;
}
