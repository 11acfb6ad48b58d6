import type { z } from 'zod';

/** One thing wrong with a value: `<field> must <expected>, but <came> came.` */
export type Problem = { field: string; expected: string; came: string };

export function sentence({ field, expected, came }: Problem): string {
  return `${field} must ${expected}, but ${came} came.`;
}

/** What zod found, in words. `value` is what was parsed, found at `path`. */
export function problemsOf(error: z.ZodError, value: unknown, path: PropertyKey[] = []): Problem[] {
  return error.issues.map((issue) => ({
    field: fieldName([...path, ...issue.path]),
    expected: expectation(issue),
    came: describe(issue.path.reduce<unknown>(inner, value)),
  }));
}

/** `data.buttons[2].title`; empty for the value itself. */
export function fieldName(path: readonly PropertyKey[]): string {
  const name = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return name.replace(/^\./, '');
}

/** What came, short enough for a log line. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'string')
    return value === '' ? 'empty text' : value.length > 60 ? `text of ${value.length} characters` : `the text "${value}"`;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return `${typeof value} ${value}`;
  return Array.isArray(value) ? `an array of ${value.length}` : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

type Issue = z.core.$ZodIssue;

function expectation(issue: Issue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `be ${typeNames[issue.expected] ?? `of type ${issue.expected}`}`;
    case 'too_small':
      return bound(issue.origin, 'at least', issue.minimum);
    case 'too_big':
      return bound(issue.origin, 'at most', issue.maximum);
    case 'invalid_value':
      return `be ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
    case 'invalid_format':
      return issue.format === 'regex' ? `be text that matches ${issue.pattern}` : `be a valid ${issue.format}`;
    case 'invalid_union':
      return unionExpectation(issue);
    case 'unrecognized_keys':
      return `have no fields but the known ones (${issue.keys.join(', ')} is unknown)`;
    case 'not_multiple_of':
    case 'invalid_key':
    case 'invalid_element':
    case 'custom':
      break;
  }
  return `be valid (${issue.message})`;
}

const typeNames: Record<string, string> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'an array',
};

function bound(origin: string, words: string, limit: number | bigint): string {
  if (origin === 'string') return `be text of ${words} ${limit} character${limit === 1 ? '' : 's'}`;
  if (origin === 'array') return `hold ${words} ${limit} item${limit === 1 ? '' : 's'}`;
  return `be ${words} ${limit}`;
}

/** The alternatives of a union, or the values of its discriminator. */
function unionExpectation(issue: Extract<Issue, { code: 'invalid_union' }>): string {
  if ('options' in issue && issue.options !== undefined) return `be ${issue.options.map((option) => JSON.stringify(option)).join(' or ')}`;
  const [first, ...others] = issue.errors.flatMap((branch) => branch.slice(0, 1)).map(expectation);
  return [first ?? 'be valid', ...others.map((other) => other.replace(/^be /, ''))].join(' or ');
}

function inner(value: unknown, part: PropertyKey): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined;
}
