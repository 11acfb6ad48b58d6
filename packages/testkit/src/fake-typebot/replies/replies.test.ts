import { expect, test } from 'vitest';
import type { WireInput } from '../compile.ts';
import { dialects } from '../version.ts';
import { judge } from './index.ts';
import type { Reply, Verdict } from './verdict.ts';

const today = dialects['3.18'];

function say(type: string, options: Record<string, unknown>, text: string): string | null {
  return kept(judge({ type: 'text', text }, { id: 'b', type, options }, today));
}

function kept(verdict: Verdict): string | null {
  return verdict.valid ? verdict.content : 'refused';
}

test.each<[string, Record<string, unknown>, string, string]>([
  ['text input', {}, '', ''],
  ['text input', {}, '  ', '  '],
  ['an input of tomorrow', {}, 'anything', 'anything'],

  ['number input', {}, '12abc', '12'],
  ['number input', {}, '1.234,5', '1.234'],
  ['number input', {}, '3,5', '3.5'],
  ['number input', {}, '042x', '042x'],
  ['number input', {}, '2 mil', '2'],
  ['number input', {}, '5k', '5'],
  ['number input', {}, '1 234', '1'],
  ['number input', {}, "1'234.50", '1'],
  ['number input', {}, 'I am 20', 'refused'],
  ['number input', {}, '', 'refused'],
  ['number input', { min: 18, max: 120 }, '18', '18'],
  ['number input', { min: 18, max: 120 }, '17', 'refused'],
  ['number input', { min: 18, max: 120 }, '121', 'refused'],
  ['number input', { min: '18' }, '17', 'refused'],
  ['number input', { min: 0 }, '-5', '-5'],

  ['email input', {}, 'ANA@Example.com', 'ana@example.com'],
  ['email input', {}, 'a@b.co ', 'refused'],
  ['email input', {}, "o'brien@example.com", "o'brien@example.com"],
  ['email input', {}, 'a@b', 'refused'],
  ['email input', {}, 'a b@c.io', 'refused'],

  ['url input', {}, 'example.com', 'example.com'],
  ['url input', {}, 'https://example.com/a?b=c#d', 'https://example.com/a?b=c#d'],
  ['url input', {}, 'not a url', 'refused'],
  ['url input', {}, 'localhost', 'refused'],
  ['url input', {}, 'mailto:a@b.co', 'refused'],

  ['phone number input', {}, '+55 11 99999-0000', '+5511999990000'],
  ['phone number input', {}, '5511999990000', 'refused'],
  ['phone number input', {}, '11 99999-0000', 'refused'],
  ['phone number input', {}, '+123', 'refused'],
  ['phone number input', { defaultCountryCode: 'BR' }, 'my number is 11 99999-0000 ok?', '+5511999990000'],
  ['phone number input', { defaultCountryCode: 'BR' }, '5511999990000', '+5511999990000'],
  ['phone number input', { defaultCountryCode: 'BR' }, '123', 'refused'],

  ['date input', { format: 'dd/MM/yyyy' }, '25/12/2026', '25/12/2026'],
  ['date input', {}, '2026-12-25', '25/12/2026'],
  ['date input', { format: 'MM/dd/yyyy' }, '12/25/2026', '12/25/2026'],
  ['date input', { format: 'dd/MM/yyyy' }, '05/12/2027', '05/12/2027'],
  ['date input', { format: 'd/M/yyyy' }, '05/12/2027', '12/5/2027'],
  ['date input', { format: 'yyyy-MM-dd' }, '05/12/2027', '2027-05-12'],
  ['date input', { format: 'EEEE, dd MMMM yyyy' }, '05/12/2027', 'Wednesday, 12 May 2027'],
  ['date input', {}, '05/12/2027', '12/05/2027'],
  ['date input', { format: 'd/M/yyyy' }, '2027-12-05', '5/12/2027'],
  ['date input', { hasTime: true }, 'às 14h30 do dia 25/12/2027', '25/12/2027 12:00'],
  ['date input', {}, 'hoje não', 'refused'],
  ['date input', {}, 'December 25, 2026', '25/12/2026'],
  ['date input', {}, '31/02/2026', 'refused'],
  ['date input', {}, 'amanhã', 'refused'],
  ['date input', {}, '25 de dezembro', 'refused'],
  ['date input', { hasTime: true }, '25/12/2026 14:30', '25/12/2026 14:30'],
  ['date input', { isRange: true }, '25/12/2026 to 28/12/2026', '25/12/2026 to 28/12/2026'],
  ['date input', { isRange: true }, '25/12/2026', 'refused'],
  ['date input', { min: '2026-12-26' }, '25/12/2026', 'refused'],
  ['date input', { max: '2026-12-25' }, '25/12/2026', 'refused'],
  ['date input', { max: '2026-12-26' }, '25/12/2026', '25/12/2026'],

  ['time input', {}, '14:30', '14:30'],
  ['time input', {}, '2pm', '14:00'],
  ['time input', {}, '12am', '00:00'],
  ['time input', {}, 'noon', '12:00'],
  ['time input', {}, '14h30', 'refused'],
  ['time input', {}, '14h', 'refused'],
  ['time input', {}, '9', 'refused'],
  ['time input', {}, '25:00', 'refused'],

  ['rating input', { length: 5 }, '5', '5'],
  ['rating input', { length: 5 }, '9', 'refused'],
  ['rating input', { length: 5 }, 'abc', 'refused'],
  ['rating input', { length: 5 }, '-3', '-3'],
  ['rating input', { length: 5 }, '', ''],
  ['rating input', {}, '10', '10'],
  ['rating input', {}, '11', 'refused'],

  ['file input', {}, 'https://example.com/a.pdf', 'https://example.com/a.pdf'],
  ['file input', {}, 'https://example.com/a.pdf, https://example.com/b.pdf', 'https://example.com/a.pdf'],
  [
    'file input',
    { isMultipleAllowed: true },
    'https://example.com/a.pdf, https://example.com/b.pdf',
    'https://example.com/a.pdf, https://example.com/b.pdf',
  ],
  ['file input', {}, 'https://example.com/a.pdf\n\nhttps://example.com/b.pdf', 'refused'],
  ['file input', {}, 'http://worker:3000/a.pdf', 'refused'],
  ['file input', {}, 'http://localhost:3000/a.pdf', 'http://localhost:3000/a.pdf'],
  ['file input', {}, 'http://10.0.0.5:9000/a.pdf', 'http://10.0.0.5:9000/a.pdf'],
  ['file input', {}, `https://example.com/${'a'.repeat(2_100)}`, 'refused'],
  ['file input', { allowedFileTypes: { isEnabled: true, types: ['.jpg'] } }, 'https://example.com/a.JPEG', 'https://example.com/a.JPEG'],
  ['file input', { allowedFileTypes: { isEnabled: true, types: ['image/*'] } }, 'https://example.com/a.png', 'https://example.com/a.png'],
  ['file input', { allowedFileTypes: { isEnabled: true, types: ['image/*'] } }, 'https://example.com/a.pdf', 'refused'],
  ['file input', { allowedFileTypes: { isEnabled: true, types: ['application/pdf'] } }, 'https://example.com/a.pdf?x=1', 'refused'],
  ['file input', { allowedFileTypes: { isEnabled: true, types: ['what/ever'] } }, 'https://example.com/a.pdf', 'refused'],
  ['file input', { allowedFileTypes: { isEnabled: true, types: [] } }, 'https://example.com/a.pdf', 'https://example.com/a.pdf'],

  ['payment input', {}, 'how much is it?', 'how much is it?'],
  ['payment input', {}, 'fail', 'refused'],
])('%s %j: %j is kept as %j', (type, options, text, expected) => {
  expect(say(type, options, text)).toBe(expected);
});

test('tomorrow is a day that follows today', () => {
  const tomorrow = new Date(Date.now() + 86_400_000);
  const written = say('date input', { format: 'yyyy-MM-dd' }, 'tomorrow');
  expect(written).toMatch(/^\d{4}-\d{2}-\d{2}$/);
  expect(Math.abs(Date.parse(String(written)) - tomorrow.getTime())).toBeLessThan(2 * 86_400_000);
});

const menu: WireInput = {
  id: 'b',
  type: 'choice input',
  items: [
    { id: 'i0', content: 'Sales' },
    { id: 'i1', content: 'Sales abroad' },
    { id: 'i2', content: 'Human', value: 'human-agent' },
  ],
};

test.each<[string, Reply, string]>([
  ['its content', { type: 'text', text: ' Sales ' }, 'Sales'],
  ['its value', { type: 'text', text: 'human-agent' }, 'human-agent'],
  ['its content, kept as its value', { type: 'text', text: 'Human' }, 'human-agent'],
  ['its id', { type: 'text', text: 'i1' }, 'Sales abroad'],
  ['the id of the button', { type: 'text', text: 'whatever', metadata: { replyId: 'i0' } }, 'Sales'],
  ['the wrong case', { type: 'text', text: 'sales' }, 'refused'],
  ['its number', { type: 'text', text: '1' }, 'refused'],
  ['a sentence with it', { type: 'text', text: 'Sales please' }, 'refused'],
  ['a voice message', { type: 'audio', url: 'https://example.com/a.ogg' }, 'refused'],
])('one of several is chosen by %s or not at all', (_, reply, expected) => {
  expect(kept(judge(reply, menu, today))).toBe(expected);
});

test('Typebot 2.19.1 compared choices without their case and knew no values', () => {
  const old = dialects['2.19.1'];
  expect(kept(judge({ type: 'text', text: 'sales' }, menu, old))).toBe('Sales');
  expect(kept(judge({ type: 'text', text: 'human-agent' }, menu, old))).toBe('refused');
});

const colours: WireInput = {
  id: 'b',
  type: 'choice input',
  options: { isMultipleChoice: true },
  items: [
    { id: 'c0', content: 'Red' },
    { id: 'c1', content: 'Dark red' },
    { id: 'c2', content: 'Blue', value: 'azul' },
  ],
};

test.each([
  ['Red, Blue', 'Red, azul'],
  ['1, 3', 'Red, azul'],
  ['1 and Blue', 'Red, azul'],
  ['c2', 'azul'],
  ['Dark red', 'Dark red'],
  ['azul, Dark red', 'Dark red, azul'],
  ['Reddish', 'refused'],
  ['Purple', 'refused'],
  ['4', 'refused'],
])('of several to choose, %j is kept as %j', (text, expected) => {
  expect(kept(judge({ type: 'text', text }, colours, today))).toBe(expected);
});

const shop: WireInput = {
  id: 'b',
  type: 'cards',
  options: {
    saveResponseMapping: [
      { field: 'Internal Value', variableId: 'v1' },
      { field: 'Button', variableId: 'v2' },
    ],
  },
  items: [
    {
      id: 'twin',
      title: 'Card A',
      paths: [
        { id: 'p0', text: 'Buy A' },
        { id: 'p1', text: 'Details A' },
      ],
    },
    { id: 'twin', title: 'Card B', options: { internalValue: 'sku-b' }, paths: [{ id: 'p2', text: 'Buy B' }] },
  ],
};

test.each<[string, string, unknown]>([
  ['the id of its path', 'p1', { item: 0, path: 1 }],
  ['its title, in any case', ' card b ', { item: 1, path: 0 }],
  ['the words on its button', 'Buy B', 'refused'],
  ['its number', '2', 'refused'],
])('a card is chosen by %s or not at all', (_, text, expected) => {
  const verdict = judge({ type: 'text', text }, shop, today);
  expect(verdict.valid ? verdict.chosen : 'refused').toEqual(expected);
});

test('a chosen card fills the variables it is mapped to', () => {
  expect(judge({ type: 'text', text: 'p2' }, shop, today)).toMatchObject({
    content: 'Card B',
    also: [
      { variableId: 'v1', value: 'sku-b' },
      { variableId: 'v2', value: 'Buy B' },
    ],
  });
});

test('a picture is chosen by its title, or by its address when it has none', () => {
  const pictures: WireInput = {
    id: 'b',
    type: 'picture choice input',
    items: [
      { id: 'i0', title: 'A' },
      { id: 'i1', pictureSrc: 'https://example.com/b.png' },
    ],
  };
  expect(kept(judge({ type: 'text', text: 'A' }, pictures, today))).toBe('A');
  expect(kept(judge({ type: 'text', text: 'https://example.com/b.png' }, pictures, today))).toBe('https://example.com/b.png');
});

test.each(['text input', 'number input', 'choice input', 'payment input', 'file input'])('no message is no answer to a %s', (type) => {
  expect(judge(null, { id: 'b', type }, today)).toEqual({ valid: false });
});

test('no message skips a file that is not required', () => {
  expect(judge(null, { id: 'b', type: 'file input', options: { isRequired: false } }, today)).toEqual({ valid: true, content: null });
});

test('a voice message answers a text input without touching its variable', () => {
  const input = { id: 'b', type: 'text input', options: { audioClip: { isEnabled: true, saveVariableId: 'v1' } } };
  expect(judge({ type: 'audio', url: 'https://example.com/a.ogg' }, input, today)).toEqual({
    valid: true,
    content: 'https://example.com/a.ogg',
    keepsOwnVariable: true,
    also: [{ variableId: 'v1', value: 'https://example.com/a.ogg' }],
  });
});

test('attached files are kept only by a text input that takes attachments', () => {
  const reply: Reply = { type: 'text', text: 'see', attachedFileUrls: ['https://example.com/a.png'] };
  const taking = { id: 'b', type: 'text input', options: { attachments: { isEnabled: true, saveVariableId: 'v1' } } };
  expect(judge(reply, taking, today)).toMatchObject({ also: [{ variableId: 'v1', value: 'https://example.com/a.png' }] });
  expect(judge(reply, { id: 'b', type: 'text input' }, today)).toMatchObject({ content: 'see', also: [] });
  expect(judge(reply, { id: 'b', type: 'file input' }, today)).toEqual({ valid: false });
});
