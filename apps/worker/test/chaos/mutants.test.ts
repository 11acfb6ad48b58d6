import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mutants } from './mutants.ts';

// `npm run chaos -- --mutants` shows that each bug is detected; this test shows that each can still be planted.
test.each(mutants.flatMap(({ name, alterations }) => alterations.map(({ file, from }) => ({ name, file, from }))))(
  'the bug "$name" can be planted in $file',
  ({ file, from }) => {
    const source = readFileSync(new URL(`../../../../${file}`, import.meta.url), 'utf8');
    expect(source.split(from).length - 1).toBe(1);
  },
);
