import { ask, chatWith, type FakeTypebot, type Item, startFakeTypebot, text, textsOf } from '@typelane/testkit';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { botInputSchema, type InboundMessage, readAnswer, settingsSchema } from '../src/index.ts';

/** Answers as people write them are read here and then checked by the strict fake Typebot: normalising is useless if Typebot still refuses. */
const settings = settingsSchema.parse({});
let typebot: FakeTypebot;

beforeAll(async () => {
  typebot = await startFakeTypebot({ bots: {} });
});
afterAll(async () => {
  await typebot.close();
});

/** The value that the bot stores. */
async function kept(type: string, question: { options?: Record<string, unknown>; items?: Item[] }, words: string): Promise<string> {
  typebot.setBot('bot', {
    variables: ['kept'],
    groups: { Ask: [text('?'), ask(type, { ...question, save: 'kept' }), text('<{{kept}}>')] },
  });
  const chat = chatWith(typebot.url);
  const { sessionId, body } = await chat.startChat('bot');
  const answer = readAnswer(saying(words), { type: 'input', input: botInputSchema.parse(body['input']) }, settings);
  if (answer.type !== 'send') return answer.type;
  const told = textsOf(await chat.continueChat(sessionId, answer.message)).join();
  return /^<(.*)>$/u.exec(told)?.[1] ?? 'refused';
}

const saying = (words: string): InboundMessage => ({
  keyId: 'K1',
  fromMe: false,
  sentByApi: false,
  address: '5511999990000@s.whatsapp.net',
  participant: null,
  pushName: 'Ana',
  contentType: 'text',
  timestamp: null,
  content: { kind: 'text', text: words },
});

const daysAhead = (days: number) => {
  const date = new Date();
  date.setDate(date.getDate() + days);
  return [String(date.getDate()).padStart(2, '0'), String(date.getMonth() + 1).padStart(2, '0'), date.getFullYear()].join('/');
};
const year = new Date().getFullYear();
const anyDay = /^\d\d\/\d\d\/\d{4}$/;

test.each<[words: string, options: Record<string, unknown>, kept: string | RegExp]>([
  ['25/12/2026', {}, '25/12/2026'],
  ['25.12.2026', {}, '25/12/2026'],
  ['25-12-2026', {}, '25/12/2026'],
  ['25/12', {}, `25/12/${year}`],
  ['25.12', {}, `25/12/${year}`],
  ['hoje', {}, daysAhead(0)],
  ['Amanhã', {}, daysAhead(1)],
  ['mañana', {}, daysAhead(1)],
  ['amanhã de manhã', {}, daysAhead(1)],
  ['depois de amanhã', {}, daysAhead(2)],
  ['pasado mañana', {}, daysAhead(2)],
  ['daqui a 3 dias', {}, daysAhead(3)],
  ['daqui a duas semanas', {}, daysAhead(14)],
  ['en dos semanas', {}, daysAhead(14)],
  ['semana que vem', {}, daysAhead(7)],
  ['la semana que viene', {}, daysAhead(7)],
  ['próxima sexta-feira', {}, anyDay],
  ['sexta que vem', {}, anyDay],
  ['no sábado', {}, anyDay],
  ['25122026', {}, '25/12/2026'],
  ['vinte e cinco de dezembro de 2026', {}, '25/12/2026'],
  ['sexta, 25/12/2026', {}, '25/12/2026'],
  ['sexta passada', {}, 'refused'],
  ['esta quinta', {}, anyDay],
  ['el viernes', {}, anyDay],
  ['25 de dezembro de 2026', {}, '25/12/2026'],
  ['25 de diciembre del 2026', {}, '25/12/2026'],
  ['25 de dezembro', {}, `25/12/${year}`],
  ['dia 25 de dezembro', {}, `25/12/${year}`],
  ['25 dez 2026', {}, '25/12/2026'],
  ['1º de março de 2026', {}, '01/03/2026'],
  ['5 ago 2026', {}, '05/08/2026'],
  ['amanhã às 14h30', { hasTime: true }, `${daysAhead(1)} 14:30`],
  ['mañana a las 9h', { hasTime: true }, `${daysAhead(1)} 09:00`],
  ['25/12/2026 às 2 da tarde', { hasTime: true }, '25/12/2026 14:00'],
  ['25/12/2026 9 horas', { hasTime: true }, '25/12/2026 09:00'],
  ['25/12/2026 até 28/12/2026', { isRange: true }, '25/12/2026 to 28/12/2026'],
  ['de 3 a 5 de maio de 2026', { isRange: true }, '03/05/2026 to 05/05/2026'],
  ['entre 3 y 5 de mayo de 2026', { isRange: true }, '03/05/2026 to 05/05/2026'],
  ['sei lá', {}, 'refused'],
])('a date input keeps what %j means', async (words, options, expected) => {
  expect(await kept('date input', { options }, words)).toEqual(typeof expected === 'string' ? expected : expect.stringMatching(expected));
});

test.each([
  ['14:30', '14:30'],
  ['14h30', '14:30'],
  ['14h', '14:00'],
  ['9h', '09:00'],
  ['9', '09:00'],
  ['às 9 horas', '09:00'],
  ['14.30', '14:30'],
  ['2 da tarde', '14:00'],
  ['2h30 da tarde', '14:30'],
  ['8 da noite', '20:00'],
  ['12 da noite', '00:00'],
  ['2 da manhã', '02:00'],
  ['las 7 de la noche', '19:00'],
  ['nove e meia', '09:30'],
  ['a las nueve y media', '09:30'],
  ['meio-dia', '12:00'],
  ['meio dia e meia', '12:30'],
  ['meia-noite', '00:00'],
  ['ao meio-dia', '12:00'],
  ['2pm', '14:00'],
  ['25h', 'refused'],
  ['nove e quinze', '09:15'],
  ['depois das 14h', 'refused'],
])('a time input keeps what %j means', async (words, expected) => {
  expect(await kept('time input', {}, words)).toBe(expected);
});

test('a weekday alone is never past', async () => {
  const days = ['domingo', 'segunda', 'terça', 'quarta', 'quinta', 'sexta', 'sábado'];
  const coming = days.map((_, day) => daysAhead((day - new Date().getDay() + 7) % 7));
  for (const [i, day] of days.entries()) expect(await kept('date input', {}, day)).toBe(coming[i]);
});

test.each<[type: string, words: string, kept: string, options: Record<string, unknown>]>([
  ['number input', 'R$ 1.234,50', '1234.5', {}],
  ['number input', '10,5', '10.5', {}],
  ['number input', '0,5', '0.5', {}],
  ['number input', 'três', '3', {}],
  ['number input', 'muitos', 'refused', {}],
  ['email input', ' ANA@Example.com ', 'ana@example.com', {}],
  ['email input', 'meu email é ana@example.com.', 'ana@example.com', {}],
  ['phone number input', '5511999990000', '+5511999990000', {}],
  ['phone number input', '(11) 99999-0000', '+5511999990000', { defaultCountryCode: 'BR' }],
  ['phone number input', '55 11 99999-0000', '+5511999990000', { defaultCountryCode: 'BR' }],
  ['url input', 'aqui: https://example.com/a ok', 'https://example.com/a', {}],
  ['rating input', 'quatro', '4', {}],
  ['rating input', '⭐⭐⭐', '3', {}],
  ['file input', 'https://example.com/a.pdf', 'https://example.com/a.pdf', { isMultipleAllowed: true }],
  [
    'file input',
    'https://example.com/a.pdf\nhttps://example.com/b.pdf',
    'https://example.com/a.pdf, https://example.com/b.pdf',
    { isMultipleAllowed: true },
  ],
  ['file input', 'pular', '', { isRequired: false }],
])('a %s keeps what %j means', async (type, words, expected, options) => {
  expect(await kept(type, { options }, words)).toBe(expected);
});

const colours: Item[] = [{ content: 'Azul' }, { content: 'Azul Claro', value: 'light' }, { content: 'Verde 1', value: 'green' }];

test.each([
  ['1', 'Azul'],
  ['azul claro', 'light'],
  ['Verde', 'green'],
  ['opção 3', 'green'],
])('a choice keeps what %j means', async (words, expected) => {
  expect(await kept('choice input', { items: colours }, words)).toBe(expected);
});

test.each([
  ['2', 'light'],
  ['1, 3', 'Azul, green'],
  ['verde 1 e azul claro', 'light, green'],
  ['1 2 3', 'Azul, light, green'],
])('a multiple choice keeps what %j means', async (words, expected) => {
  expect(await kept('choice input', { items: colours, options: { isMultipleChoice: true } }, words)).toBe(expected);
});

test('whatever several options are called, those that were chosen by number are kept and no others', async () => {
  const word = fc.constantFrom('Azul', 'azul', 'Claro', '1', '2', '3', 'e', '+', 'Não', '✅', 'Plano');
  const name = fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(' '));
  const item = fc
    .record({ content: name, value: fc.option(name, { nil: undefined }) })
    .map(({ content, value }) => ({ content, ...(value && { value }) }));
  const sameName = ({ content, value }: { content: string; value?: string }) => (value ?? content).toLowerCase();
  const items = fc.uniqueArray(item, { selector: sameName, minLength: 2, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(items, fc.uniqueArray(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 3 }), async (all, picks) => {
      const chosen = all.filter((_, i) => picks.includes(i));
      fc.pre(chosen.length > 0);
      const numbers = all.flatMap((_, i) => (picks.includes(i) ? [`${i + 1}.`] : []));
      // A label of numbers means itself, so positions cannot: `1. 3.` is also the line that shows the first option, `3 +`.
      fc.pre(all.every(({ content, value = content }) => [content, value].every((each) => /\p{L}/u.test(each))));
      const options = { isMultipleChoice: true };
      expect(await kept('choice input', { items: all, options }, numbers.join(' '))).toBe(
        chosen.map(({ content, value }) => value ?? content).join(', '),
      );
    }),
    { numRuns: 60 },
  );
}, 30_000);

test.each(['dd/MM/yyyy', 'd/M/yyyy', 'yyyy-MM-dd', 'EEEE, dd MMMM yyyy', 'MM/dd/yyyy'])(
  'with the format %s, Typebot keeps the day that was written, however it was',
  async (format) => {
    const months = [
      'janeiro',
      'fevereiro',
      'março',
      'abril',
      'maio',
      'junho',
      'julho',
      'agosto',
      'setembro',
      'outubro',
      'novembro',
      'dezembro',
    ];
    const expected = async (y: number, m: number, d: number) =>
      kept('date input', { options: { format } }, `${y}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`);
    for (const [d, m, y] of [
      [5, 12, 2027],
      [12, 5, 2027],
      [25, 12, 2027],
      [1, 3, 2028],
      [29, 2, 2028],
    ] as const) {
      const numbers = format.startsWith('M') ? [m, d, y] : [d, m, y];
      for (const words of [numbers.join('/'), numbers.join('.'), numbers.join('-'), `${d} de ${months[m - 1]} de ${y}`]) {
        expect(await kept('date input', { options: { format } }, words)).toBe(await expected(y, m, d));
      }
    }
  },
);

test.each<[words: string, options: Record<string, unknown>, kept: string]>([
  ['às 14h30 do dia 25/12/2027', { hasTime: true }, '25/12/2027 14:30'],
  ['25. Dezember 2027 um 15 Uhr', { hasTime: true }, '25/12/2027 15:00'],
  ['le 25 décembre 2027 à 15h', { hasTime: true }, '25/12/2027 15:00'],
  ['25 dicembre 2027 alle 15', { hasTime: true }, '25/12/2027 15:00'],
  ['٢٥/١٢/٢٠٢٧', {}, '25/12/2027'],
  ['morgen', {}, daysAhead(1)],
  ['in einer Woche', {}, daysAhead(7)],
  ['hoje não', {}, 'refused'],
  ['não posso 25/12/2027', {}, 'hold'],
  ['25/12 a 28/12/2027', { isRange: true }, '25/12/2027 to 28/12/2027'],
  ['05/12/2027 a 08/12/2027', { isRange: true }, '05/12/2027 to 08/12/2027'],
])('Typebot keeps of %j what was meant', async (words, options, expected) => {
  expect(await kept('date input', { options }, words)).toBe(expected);
});

test.each<[type: string, words: string, kept: string, options?: Record<string, unknown>]>([
  ['number input', '1 500', '1500'],
  ['number input', '1\u202F234,56', '1234.56'],
  ['number input', "1'234.50", '1234.5'],
  ['number input', '1,00,000', '100000'],
  ['number input', '2 mil', '2000'],
  ['number input', '5k', '5000'],
  ['number input', '₹1,500', '1500'],
  ['number input', 'Rs. 500', '500'],
  ['number input', '*25*', '25'],
  ['number input', 'cem', '100'],
  ['number input', 'dois mil', '2000'],
  ['number input', '١٢٫٥', '12.5'],
  ['number input', '4/5', 'hold'],
  ['email input', "o'brien@example.com", "o'brien@example.com"],
  ['email input', '\u200Bana@example.com\u200B', 'ana@example.com'],
  ['url input', 'https://example.com/x,', 'https://example.com/x'],
  ['phone number input', '51 98888-7777', '+5551988887777'],
  ['phone number input', '011 98888-7777', '+5511988887777'],
  ['phone number input', '972 50 123 4567', 'hold'],
  ['rating input', '4/5', '4', { length: 5 }],
  ['rating input', '4,0', '4', { length: 5 }],
  ['time input', '15 Uhr', '15:00'],
  ['time input', 'depois das 14:00', 'hold'],
])('of a %s, Typebot keeps of %j what a person would: %s', async (type, words, expected, options = {}) => {
  expect(await kept(type, { options }, words)).toBe(expected);
});
