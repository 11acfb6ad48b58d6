import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inputJsonSchema, settingsSchema } from '@typelane/core';
import { describe, expect, test } from 'vitest';
import { fieldsOf } from './setting-rows.ts';
import type { Schema } from './value-words.ts';
import { settingsDocument } from './settings-document.ts';

const text = settingsDocument();
const schema = inputJsonSchema(settingsSchema);

/** The first cell of each line of a table, and the line. */
const lines = new Map(
  [...text.matchAll(/^\| `([^`]+)`(?: with `(\w+)` `(\w+)`)? \|.*$/gm)].map(([line, path = '', kind, value]) => [
    kind === undefined ? path : `${path} ${kind}=${value}`,
    line,
  ]),
);

/** Every leaf of the schema, found without the document's own walk: `flows[].trigger.value type=keyword`. */
function leavesOf(field: Schema, path: string): string[] {
  const forms = [...(field.oneOf ?? []), ...(field.anyOf ?? [])].filter((form) => (form as Schema).type !== 'null') as Schema[];
  if (forms.length > 0) return [...new Set(forms.flatMap((form) => leavesOf(form, path).map((leaf) => leaf + kindOf(form, leaf))))];
  if (field.properties) return fieldsOf(field).flatMap(([name, inner]) => leavesOf(inner, path === '' ? name : `${path}.${name}`));
  if (field.type === 'array') return leavesOf(field.items as Schema, `${path}[]`);
  return [path];
}

function kindOf(form: Schema, leaf: string): string {
  const [kind] = fieldsOf(form).flatMap(([name, { const: only }]) => (typeof only === 'string' ? [{ name, only }] : []));
  return kind === undefined || leaf.endsWith(`.${kind.name}`) ? '' : ` ${kind.name}=${kind.only}`;
}

test('docs/settings.md is what `npm run generate` writes', () => {
  expect(readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'settings.md'), 'utf8')).toBe(text);
});

test.each(leavesOf(schema, '').map((leaf) => [leaf]))('%s is documented, by itself or with its parent', (leaf) => {
  // A list of plain values is its own leaf, and forms that stood before are named.
  const found = [leaf, leaf.replace(/\[\]$/, '')].find((path) => lines.has(path));
  const [whole = ''] = /^(?:keywords\.\w+|flows\[\]\.trigger)/.exec(leaf) ?? [];
  expect(found !== undefined || lines.get(whole)?.includes(', as in `')).toBe(true);
});

test.each([...lines])('%s has a value, a meaning and an example, and a default where there is one', (_path, line) => {
  const [, , value, byDefault, meaning, example] = line.replaceAll('\\|', '').split(/ \| |^\| | \|$/);
  for (const cell of [value, meaning, example]) expect(cell).toMatch(/\S/);
  expect(byDefault).toMatch(/^$|^required$|^`.*`$/);
});

test.each([
  ['staleAfterMinutes', ['whole number, 0 to 10,080 minutes', '`10`']],
  ['typing.speed', ['number, more than 0, up to 10,000 words per minute']],
  ['debounceMaxMs', ['whole number, 0 to 120,000 milliseconds', '`30000`']],
  ['transcription.url', ['required']],
  ['trigger.value type=advanced', ['text of 1 to 1,024 characters', 'required', '`contains:`']],
  ['keywords.finish', ['list of up to 20 entries', '`[]`']],
])('%s has its range, unit and default', (path, parts) => {
  for (const part of parts) expect(lines.get(path)).toContain(part);
});

describe('an example', () => {
  const blocks = [...text.matchAll(/^## (.*)$[^]*?```json\n([^`]*)```/gm)].map(([, title = '', block = '']) => [title, block] as const);

  test.each(blocks)('of the section "%s" is accepted as it is written', (_title, block) => {
    const { settings } = JSON.parse(block) as { settings: object };
    expect(settingsSchema.safeParse(settings).error?.issues).toBeUndefined();
  });

  test('exists for every setting', () => {
    const shown = Object.assign({}, ...blocks.map(([, block]) => (JSON.parse(block) as { settings: object }).settings));
    expect(Object.keys(shown).toSorted()).toEqual(Object.keys(settingsSchema.shape).toSorted());
  });
});
