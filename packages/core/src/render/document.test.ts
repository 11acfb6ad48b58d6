import { expect, test } from 'vitest';
import { actions } from '../actions/index.ts';
import { bubbles } from '../bubbles/index.ts';
import { inputs } from '../inputs/index.ts';
import { renderingDocument } from './document.ts';

const text = renderingDocument();
const rows = text.split('\n').filter((line) => line.startsWith('|'));

test.each([...Object.keys(bubbles), ...Object.keys(inputs), ...Object.keys(actions)])('tells what becomes of %s', (kind) => {
  const [, , becomes = ''] = rows.find((row) => row.split('|')[1]?.includes(`\`${kind}\``))?.split('|') ?? [];
  expect(becomes.trim()).not.toBe('');
});

test('each row has as many cells as its table has columns, and each kind is one line', () => {
  for (const block of text.split('\n\n').filter((part) => part.startsWith('|'))) {
    const widths = new Set(
      block
        .trim()
        .split('\n')
        .map((row) => row.split(/(?<!\\)\|/).length),
    );
    expect(widths.size).toBe(1);
  }
});

test('says the same each time', () => {
  expect(renderingDocument()).toBe(text);
});
