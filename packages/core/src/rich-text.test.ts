import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { richTextToWhatsApp } from './rich-text.ts';

const p = (...children: unknown[]) => ({ type: 'p', children });
const t = (text: string, marks: object = {}) => ({ text, ...marks });
const b = (text: string) => t(text, { bold: true });
const a = (url: unknown, ...children: unknown[]) => ({ type: 'a', url, children });
const li = (...children: unknown[]) => ({ type: 'li', children });
const item = (text: string, ...nested: unknown[]) => li({ type: 'lic', children: [t(text)] }, ...nested);

test.each<[string, unknown[], string]>([
  ['bold', [p(b('b'))], '*b*'],
  ['italic', [p(t('i', { italic: true }))], '_i_'],
  ['bold and italic', [p(t('bi', { bold: true, italic: true }))], '_*bi*_'],
  ['underline, which WhatsApp has not', [p(t('u', { underline: true }))], 'u'],
  ['bold and underline', [p(t('bu', { bold: true, underline: true }))], '*bu*'],
  ['strikethrough', [p(t('s', { strikethrough: true }))], '~s~'],
  ['inline code', [p(t('c', { code: true }))], '`c`'],
  ['code that has a backtick', [p(t('a`b', { code: true }))], '```a`b```'],
  ['spaces at the ends of a mark outside of it', [p(t('a'), b(' b '), t('c'))], 'a *b* c'],
  ['no mark around white space', [p(t('a'), b('  '), t('c'))], 'a  c'],
  ['no mark inside a word, where WhatsApp would show it', [p(t('un'), b('believ'), t('able'))], 'unbelievable'],
  ['a mark next to punctuation', [p(t('Hello '), b('Ana'), t('!'))], 'Hello *Ana*!'],
  ['neighbours with the same mark as one', [p(b('one '), b('two'))], '*one two*'],
  [
    'marks that nest',
    [p(t('Ana', { bold: true, italic: true }), b(' and '), t('B', { bold: true, strikethrough: true }))],
    '*_Ana_ and ~B~*',
  ],
  ['a mark on each line of its own', [p(b('one\ntwo\n\nthree'))], '*one*\n*two*\n\n*three*'],
  ['a link', [p(a('https://x.io', t('site')))], 'site (https://x.io)'],
  ['a link without label', [p(a('https://x.io', t('')))], 'https://x.io'],
  ['a link that is its own label, once', [p(a('https://x.io', t('https://x.io')))], 'https://x.io'],
  ['a link labelled by its host, once', [p(a('https://x.io/', t('x.io')))], 'https://x.io/'],
  ['an e-mail link by its address', [p(a('mailto:ana@x.io', t('ana@x.io')))], 'ana@x.io'],
  ['a bold label', [p(a('https://x.io', b('site')))], '*site* (https://x.io)'],
  ['a label with a space at its end', [p(a('https://x.io', t('site ')), t(' now'))], 'site (https://x.io) now'],
  ['a link without an address', [p(a(null, t('site')))], 'site'],
  ['an empty line between paragraphs', [p(t('A')), p(t('')), p(t('B'))], 'A\n\nB'],
  ['two empty lines', [p(t('A')), p(t('')), p(t('')), p(t('B'))], 'A\n\n\nB'],
  ['an empty line at the start', [p(t('')), p(t('A'))], '\nA'],
  ['no empty lines at the end', [p(t('A')), p(t('')), p(t(''))], 'A'],
  ['nothing for an empty paragraph', [p(t(''))], ''],
  ['line breaks inside a leaf', [p(t('a\r\nb'))], 'a\nb'],
  ['a list', [{ type: 'ul', children: [item('One'), item('Two')] }], '* One\n* Two'],
  ['a nested list', [{ type: 'ul', children: [item('a', { type: 'ul', children: [item('b')] })] }], '* a\n  * b'],
  ['a numbered list', [{ type: 'ol', children: [item('One'), item('Two')] }], '1. One\n2. Two'],
  ['a list in a numbered one', [{ type: 'ol', children: [item('a', { type: 'ul', children: [item('b')] })] }], '1. a\n   * b'],
  ['list items that are bare leaves', [{ type: 'ul', children: [li(t('One')), t('Two')] }], '* One\n* Two'],
  ['a heading in bold', [{ type: 'h1', children: [t('Title')] }, p(t('x'))], '*Title*\nx'],
  ['a quote', [{ type: 'blockquote', children: [t('q')] }], '> q'],
  ['a quote of two paragraphs', [{ type: 'blockquote', children: [p(t('q')), p(t('r'))] }], '> q\n> r'],
  [
    'a code block without its language',
    [
      {
        type: 'code_block',
        lang: 'js',
        children: [
          { type: 'code_line', children: [t('let a', { bold: true })] },
          { type: 'code_line', children: [t('')] },
          { type: 'code_line', children: [t('b')] },
        ],
      },
    ],
    '```\nlet a\n\nb\n```',
  ],
  ['a rule', [p(t('A')), { type: 'hr', children: [t('')] }, p(t('B'))], 'A\n---\nB'],
  ['a rule without children', [p(t('A')), { type: 'hr' }, p(t('B'))], 'A\n---\nB'],
  [
    'an image by its caption and address',
    [{ type: 'img', url: 'https://x.io/a.png', caption: [t('alt')], children: [t('')] }],
    'alt (https://x.io/a.png)',
  ],
  [
    'an image in a paragraph',
    [p(t('see '), { type: 'img', url: 'https://x.io/a.png', caption: [], children: [t('')] })],
    'see https://x.io/a.png',
  ],
  ['an image held in its address by its caption only', [{ type: 'img', url: 'data:image/png;base64,AAAA', caption: [t('alt')] }], 'alt'],
  ['bare leaves at the top as one line', [t('Ana', { bold: true, italic: true }), b(' # x '), t('end')], '*_Ana_ # x* end'],
  ['a variable wrapped by an old bot', [p(t('Hi '), { type: 'inline-variable', children: [p(b('Ana'))] }, t('!'))], 'Hi *Ana*!'],
  ['two paragraphs of a variable of an old bot', [{ type: 'variable', children: [p(t('a')), p(t('b'))] }], 'a\nb'],
  ['an element of a newer Typebot', [{ type: 'callout', children: [p(t('a')), { type: 'ul', children: [item('b')] }] }], 'a\n* b'],
  ['WhatsApp’s signs in text as they are', [p(t('R$ 10,00 * 2 snake_case ~ ` # < > [x]'))], 'R$ 10,00 * 2 snake_case ~ ` # < > [x]'],
  ['nothing for what is no rich text', [null, 7, true, {}, [], { type: 'p' }], ''],
])('shows %s', (_, nodes, expected) => {
  expect(richTextToWhatsApp(nodes)).toBe(expected);
});

const leaf = fc.record(
  {
    text: fc.string({ unit: 'grapheme', maxLength: 8 }).map((text) => text.replaceAll('x', '\n')),
    bold: fc.boolean(),
    italic: fc.boolean(),
    strikethrough: fc.boolean(),
    code: fc.boolean(),
  },
  { requiredKeys: ['text'] },
);
const types = ['p', 'h2', 'ul', 'ol', 'li', 'lic', 'blockquote', 'code_block', 'code_line', 'a', 'inline-variable', 'variable', 'new'];
const url = fc.constantFrom(undefined, 'https://x.io', 'mailto:a@x.io', 'nonsense');
const { node } = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { depthSize: 'medium', withCrossShrink: true },
    leaf,
    fc.record({ type: fc.constantFrom(...types), url, children: fc.array(tie('node'), { maxLength: 5 }) }),
  ),
}));

test('loses no text that can be seen', () => {
  fc.assert(
    fc.property(fc.array(node, { maxLength: 6 }), (nodes) => {
      const shown = richTextToWhatsApp(nodes);
      expect(isWithin(seen(nodes), shown)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('takes any JSON', () => {
  const likely = fc.constantFrom('type', 'children', 'text', 'url', 'caption', 'bold');
  const json = fc.object({
    key: likely,
    values: [fc.constantFrom('p', 'a', 'ul', 'img', 'text'), fc.integer(), fc.constant(null)],
    maxDepth: 5,
  });
  fc.assert(
    fc.property(fc.oneof(fc.jsonValue(), fc.array(json), json), (value) => {
      expect(richTextToWhatsApp(value)).toBeTypeOf('string');
    }),
  );
});

test.each([
  ['links and paragraphs', ['p', 'a']],
  ['lists', ['ul', 'li']],
  ['quotes', ['blockquote']],
])('keeps the text below %s deeper than any stack', (_, elements) => {
  let tree: unknown = t('deep');
  for (let i = 0; i < 100_000; i += 1) tree = { type: elements[i % elements.length], children: [tree] };
  expect(richTextToWhatsApp([tree])).toMatch(/(?:^| )deep$/);
});

function seen(value: unknown): string {
  if (Array.isArray(value)) return value.map(seen).join('');
  if (typeof value !== 'object' || value === null) return '';
  return ('text' in value ? String(value.text) : '') + ('children' in value ? seen(value.children) : '');
}

/** Whether all characters of `text` but white space stand in `within`, in their order. */
function isWithin(text: string, within: string): boolean {
  let at = 0;
  for (const character of text.replace(/\s/gu, '')) {
    at = within.indexOf(character, at) + character.length;
    if (at < character.length) return false;
  }
  return true;
}
