import { expect, test } from 'vitest';
import { markdownToWhatsApp } from './markdown.ts';

test.each([
  [
    'Plain, **bold**, _italic_, <u>underline</u>, _**bold italic**_, `code`.',
    'Plain, *bold*, _italic_, underline, _*bold italic*_, `code`.',
  ],
  ['**bold with trailing space** then text;  **leading space** end', '*bold with trailing space* then text;  *leading space* end'],
  ['Link: [site](https://x.io/?a=1&b=2) and bare [https://x.io](https://x.io)', 'Link: site (https://x.io/?a=1&b=2) and bare https://x.io'],
  [
    '* bullet one\n* bullet two\n  * nested\n\n1. number one\n2. number two',
    '* bullet one\n* bullet two\n  * nested\n\n1. number one\n2. number two',
  ],
  ['Special * _ ~ ` # characters < > & "quotes"', 'Special * _ ~ ` # characters < > & "quotes"'],
  ['# Title\n\n> quote\n\n***\n\nend', '*Title*\n\n> quote\n\n---\n\nend'],
  ['```js\nlet a = "**"\n```', '```\nlet a = "**"\n```'],
  ['first\\\nsecond', 'first\nsecond'],
  ['~~gone~~ *it* snake_case_name 2 * 3 * 4', '~gone~ _it_ snake_case_name 2 * 3 * 4'],
  ['![alt](https://x.io/a.png) \\*literal\\*', 'alt (https://x.io/a.png) *literal*'],
  ['', ''],
])('shows %j', (markdown, expected) => {
  expect(markdownToWhatsApp(markdown)).toBe(expected);
});

test('leaves a hostile line as it is instead of looking for marks in it', () => {
  const line = '[**_'.repeat(5_000);
  expect(markdownToWhatsApp(line)).toBe(line);
});
