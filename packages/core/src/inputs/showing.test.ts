import { expect, test } from 'vitest';
import type { BotInput } from '../bot.ts';
import { defaultSettings, settingsSchema, type SettingsInput } from '../settings.ts';
import { inputs, showInput } from './index.ts';

const quiet = { choice: '', multipleChoice: '', rating: '', optionalFile: '', payment: '' };
const settingsOf = (settings: SettingsInput) => settingsSchema.parse({ locale: 'en', hints: quiet, ...settings });
const choice = (...contents: (string | undefined)[]): BotInput => ({
  id: 'c1',
  type: 'choice input',
  items: contents.map((content, i) => ({ id: `i${i + 1}`, content })),
});
const show = (input: Partial<BotInput>, body: string | null = 'Pick one:', settings: SettingsInput = {}) =>
  showInput({ id: 'q1', type: 'text input', ...input }, body, settingsOf(settings));
const text = (words: string) => ({ type: 'text', text: words, linkPreview: false });
const nothing = { messages: [], takesBody: false };
const ten = ['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J'];

test.each([
  'text input',
  'number input',
  'email input',
  'url input',
  'phone number input',
  'date input',
  'time input',
  'file input',
  'psychic input',
])('the bubble before a %s is the question: nothing is added', (type) => {
  expect(showInput({ id: 'q1', type }, 'Question?', defaultSettings)).toEqual(nothing);
});

test('a value the bot knows already is neither shown nor sent: WhatsApp has no field to put it in', () => {
  for (const type of Object.keys(inputs)) {
    const settings = settingsSchema.parse({ hints: quiet });
    expect(showInput({ id: 'q1', type, prefilledValue: 'Ana' }, 'Question?', settings)).toEqual(nothing);
  }
});

test('dynamic options are shown by their content', () => {
  const items = [
    { id: 'choice0', content: 'Uno' },
    { id: 'choice1', content: 'Dos' },
  ];
  const [message] = show({ type: 'choice input', items, options: { dynamicVariableId: 'v1' } }).messages;
  expect(message).toMatchObject({
    buttons: [
      { id: 'choice0', title: 'Uno' },
      { id: 'choice1', title: 'Dos' },
    ],
  });
});

test('up to three options are buttons under the text before them', () => {
  expect(show(choice('Sales', 'Support'))).toEqual({
    takesBody: true,
    messages: [
      {
        type: 'buttons',
        body: 'Pick one:',
        header: null,
        footer: null,
        buttons: [
          { id: 'i1', title: 'Sales' },
          { id: 'i2', title: 'Support' },
        ],
        fallbackText: 'Pick one:\n\n1. Sales\n2. Support',
      },
    ],
  });
});

test('four to ten options are a list, with the whole label below a title that was cut', () => {
  const { messages, takesBody } = show(choice('A', 'B', 'C', 'Falar com um atendente humano agora'));
  expect(takesBody).toBe(true);
  expect(messages).toEqual([
    {
      type: 'list',
      body: 'Pick one:',
      footer: null,
      button: 'See options',
      sections: [
        {
          title: '',
          rows: [
            { id: 'i1', title: 'A', description: null },
            { id: 'i2', title: 'B', description: null },
            { id: 'i3', title: 'C', description: null },
            { id: 'i4', title: 'Falar com um atendente…', description: 'Falar com um atendente humano agora' },
          ],
        },
      ],
      fallbackText: 'Pick one:\n\n1. A\n2. B\n3. C\n4. Falar com um atendente humano agora',
    },
  ]);
});

test('more than ten options are numbered text', () => {
  const lines = [...ten, 'K'].map((label, i) => `${i + 1}. ${label}`).join('\n');
  expect(show(choice(...ten, 'K'))).toEqual({ messages: [text(`Pick one:\n\n${lines}`)], takesBody: true });
});

test('options are numbered text where the settings say so, with the hint under them', () => {
  expect(show(choice('A', 'B'), 'Pick one:', { choices: 'text', hints: { choice: 'Reply with a number.' } })).toEqual({
    messages: [text('Pick one:\n\n1. A\n2. B\n\nReply with a number.')],
    takesBody: true,
  });
});

test('options that their author has numbered get no other numbers', () => {
  const { messages } = show(choice('2 - Sales', '1 - Support', '0 - Exit'), 'Pick one:', { choices: 'text' });
  expect(messages).toEqual([text('Pick one:\n\n2 - Sales\n1 - Support\n0 - Exit')]);
});

test('default hints speak the language of the settings', () => {
  for (const [locale, words] of [
    ['pt-BR', 'Responda com o número'],
    ['en', 'Reply with the number'],
    ['es', 'Responde con el número'],
  ] as const) {
    const settings = settingsSchema.parse({ locale });
    expect(JSON.stringify(showInput(choice('A'), null, settings))).toContain(words);
  }
});

test('the list opens with a word of the locale', () => {
  const buttons = (['pt-BR', 'en', 'es'] as const).map((locale) => {
    const [message] = showInput(choice('A', 'B', 'C', 'D'), null, settingsSchema.parse({ locale })).messages;
    return message?.type === 'list' ? message.button : null;
  });
  expect(buttons).toEqual(['Ver opções', 'See options', 'Ver opciones']);
});

test('without a text before them buttons stand under a line, numbered text on its own', () => {
  const [native] = show(choice('A'), null).messages;
  expect(native).toMatchObject({ type: 'buttons', body: '―', fallbackText: '1. A' });
  expect(show(choice('A'), null, { choices: 'text' })).toEqual({ messages: [text('1. A')], takesBody: false });
});

test.each([
  ['paragraph', 'x'.repeat(900), `${'y'.repeat(300)}\n${'z'.repeat(300)}`, '\n\n'],
  ['line', 'x'.repeat(900), 'y'.repeat(900), '\n'],
])('of a text too long for a body the end, from a %s on, is the body', (_, lead, tail, border) => {
  const { messages, takesBody } = show(choice('A'), lead + border + tail);
  expect(takesBody).toBe(true);
  expect(messages).toMatchObject([text(lead), { type: 'buttons', body: tail, fallbackText: `${tail}\n\n1. A` }]);
});

test('a text without a border that is too long for a body is sent on its own before the buttons', () => {
  const { messages, takesBody } = show(choice('A'), 'x'.repeat(1_025));
  expect(takesBody).toBe(false);
  expect(messages).toMatchObject([{ type: 'buttons', body: '―', fallbackText: '1. A' }]);
});

test('a text that leaves no room for the numbers is sent before them', () => {
  expect(show(choice('A'), 'x'.repeat(4_096), { choices: 'text' })).toEqual({ messages: [text('1. A')], takesBody: false });
});

test('labels that fill more than one message come as several texts', () => {
  const { messages } = show(choice('a'.repeat(3_000), 'b'.repeat(3_000)), 'Pick one:');
  expect(messages).toEqual([text(`1. ${'a'.repeat(3_000)}`), text(`2. ${'b'.repeat(3_000)}`)]);
});

test('options without a label are left out, and the others close up', () => {
  const [message] = show(choice('', 'A', undefined, 'B'), null).messages;
  expect(message).toMatchObject({
    buttons: [
      { id: 'i2', title: 'A' },
      { id: 'i4', title: 'B' },
    ],
    fallbackText: '1. A\n2. B',
  });
});

test.each(['choice input', 'picture choice input', 'cards'])('a %s without options adds nothing to the text', (type) => {
  expect(show({ type, items: [{ id: 'i1' }] })).toEqual(nothing);
  expect(show({ type, items: null })).toEqual(nothing);
  expect(show({ type })).toEqual(nothing);
});

test.each([
  ['twice the same id', ['x', 'x']],
  ['an id with a space', ['a b', 'c']],
  ['an id too long', ['x'.repeat(201), 'c']],
  ['an empty id', ['', 'c']],
])('%s makes numbered text, for WhatsApp refuses it', (_, ids) => {
  const items = ids.map((id, i) => ({ id, content: `Option ${i + 1}` }));
  expect(show({ type: 'choice input', items }, null).messages).toEqual([text('1. Option 1\n2. Option 2')]);
});

test('equal labels get different titles', () => {
  const [message] = show(choice('Yes', 'Yes'), null).messages;
  expect(message).toMatchObject({ buttons: [{ title: 'Yes' }, { title: 'Yes (2)' }] });
});

test('several options are always numbered text', () => {
  const input = { ...choice('Red', 'Blue'), options: { isMultipleChoice: true } };
  expect(show(input, 'Colours?', { hints: { multipleChoice: 'e.g. 1, 2' } })).toEqual({
    messages: [text('Colours?\n\n1. Red\n2. Blue\n\ne.g. 1, 2')],
    takesBody: true,
  });
});

test('pictures are captioned with their number, title and description; the hint follows', () => {
  const items = [
    { id: 'i1', pictureSrc: 'https://x.io/a.png', title: 'A', description: 'Reddish' },
    { id: 'i2', title: 'B' },
    { id: 'i3' },
    { id: 'i4', pictureSrc: 'https://x.io/c.svg', description: 'Only words' },
    { id: 'i5', pictureSrc: 'https://x.io/d.png' },
  ];
  expect(show({ type: 'picture choice input', items }, 'Pick:', { hints: { choice: 'Reply with a number.' } })).toEqual({
    takesBody: false,
    messages: [
      { type: 'image', url: 'https://x.io/a.png', caption: '1. *A*\n\nReddish' },
      text('2. *B*'),
      text('3.\n\nOnly words'),
      { type: 'image', url: 'https://x.io/d.png', caption: '4.' },
      text('Reply with a number.'),
    ],
  });
});

test('cards number their buttons through all cards; a card without buttons is an option itself', () => {
  const items = [
    {
      id: 'k1',
      imageUrl: 'https://x.io/a.png',
      title: 'Card A',
      description: 'First',
      paths: [{ id: 'p1', text: 'Buy' }, { id: 'p2', text: 'Details' }, { id: 'p3' }],
    },
    { id: 'k1', title: 'Card B', paths: [] },
    { id: 'k3', imageUrl: 'https://x.io/c.png' },
    { id: 'k4', title: 'Card D', paths: [{ id: 'p4', text: 'Buy' }] },
  ];
  expect(show({ type: 'cards', items })).toEqual({
    takesBody: false,
    messages: [
      { type: 'image', url: 'https://x.io/a.png', caption: '*Card A*\n\nFirst\n\n1. Buy\n2. Details' },
      text('3. *Card B*'),
      { type: 'image', url: 'https://x.io/c.png', caption: null },
      text('*Card D*\n\n4. Buy'),
    ],
  });
});

test.each([
  ['a rating', { buttonType: 'Numbers', length: 5, startsAt: 1 }, 'Rate us\n\n1 to 5'],
  ['a rating without options', undefined, 'Rate us\n\n0 to 10'],
  ['a rating by icons', { buttonType: 'Icons', length: 5 }, 'Rate us\n\n1 to 5'],
  ['a rating by variables', { length: '7', startsAt: '2' }, 'Rate us\n\n2 to 7'],
  ['a rating with both ends named', { length: 5, labels: { left: 'bad', right: 'good' } }, 'Rate us\n\n0 to 5\n0 = bad, 5 = good'],
])('%s says its scale', (_, options, expected) => {
  const input = { type: 'rating input', options };
  expect(show(input, 'Rate us', { hints: { rating: '{from} to {to}' } })).toEqual({ messages: [text(expected)], takesBody: true });
  expect(show(input, 'Rate us')).toEqual(nothing);
});

test.each([
  [{ isRequired: false, labels: { skip: 'Skip it' } }, 'Or say Skip it'],
  [{ isRequired: false }, 'Or say skip'],
])('a file that may be skipped says how: %j', (options, expected) => {
  const settings = { hints: { optionalFile: 'Or say {skip}' } };
  expect(show({ type: 'file input', options }, null, settings)).toEqual({ messages: [text(expected)], takesBody: false });
});

test('a payment says that it cannot be made here', () => {
  const settings = { hints: { payment: 'Not on WhatsApp.' } };
  expect(show({ type: 'payment input' }, 'Pay', settings)).toEqual({ messages: [text('Pay\n\nNot on WhatsApp.')], takesBody: true });
});
