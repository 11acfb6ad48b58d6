import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BotInput, BotReply } from '../bot.ts';
import { bubbles } from '../bubbles/index.ts';
import { inputs, readInput } from '../inputs/index.ts';
import { outboundMessageSchema, type OutboundDraft } from '../outbound.ts';
import { askAgain, render, type RenderContext } from '../render.ts';
import { settingsSchema } from '../settings.ts';
import { codePoints, limits } from '../whatsapp.ts';

const draw = (reply: Partial<BotReply>, context: Partial<RenderContext> = {}) =>
  render(
    { bubbles: [], input: null, actions: [], started: null, logs: [], ...reply },
    { settings: settingsSchema.parse({}), typing: null, isFirst: false, preceding: [], hasSpoken: false, ...context },
  );

const anyLabel = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 90 }),
  fc.lorem({ maxCount: 8 }),
  fc.constantFrom('', ' ', 'Sim', 'Sim', 'a\0b', 'half \uD83D', '👩‍👩‍👧 família', '2', 'x'.repeat(5_000)),
);
/** Texts for other bridges, whole and broken. */
const anyMarked = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        '[title]',
        '[description]',
        '[footerText]',
        '[buttonText]',
        '[menu]',
        '[section]\ntitle: ',
        '[thumbnailUrl]https://x.io/a.png',
      ),
      anyLabel.map((label) => `[row]\ntitle: ${label}\nrowId: ${label.slice(0, 9)}\n`),
      anyLabel.map((label) => `[reply]\ndisplayText: ${label}\nid: ${label.slice(0, 9)}\n`),
      anyLabel.map((label) => `[copy]\ndisplayText: Copy\ncopyCode: ${label}\n`),
      anyLabel,
    ),
    { maxLength: 14 },
  )
  .chain((parts) => fc.constantFrom('[list]', '[buttons]', '#{').map((start) => start + parts.join('')));
const anyBubble = fc.oneof(
  anyMarked.map((plainText) => ({ id: 'a', type: 'text', content: { plainText } })),
  fc.record({ id: fc.constant('a'), type: fc.constantFrom(...Object.keys(bubbles)), content: fc.jsonValue() }),
  anyLabel.map((text) => ({ id: 'a', type: 'text', content: { richText: [{ type: 'p', children: [{ text, bold: true }] }] } })),
  fc.record({ id: fc.constantFrom('a', 'b'), type: fc.constantFrom('text', 'image', 'video', 'new\0'), content: fc.jsonValue() }),
  fc.record({
    id: fc.constant('c'),
    type: fc.constantFrom('embed', 'image', 'video'),
    content: fc.record({ url: fc.oneof(fc.webUrl(), anyLabel) }),
  }),
);
const anyItem = fc.record({
  id: anyLabel,
  content: anyLabel,
  title: anyLabel,
  description: anyLabel,
  pictureSrc: fc.webUrl(),
  imageUrl: anyLabel,
  paths: fc.array(fc.record({ id: anyLabel, text: anyLabel }), { maxLength: 4 }),
});
const anyInput = fc.record({
  id: fc.constant('q'),
  type: fc.constantFrom(...Object.keys(inputs), 'new'),
  items: fc.oneof(fc.array(anyItem, { maxLength: 14 }), fc.uniqueArray(fc.record({ id: fc.uuid(), content: anyLabel }), { maxLength: 12 })),
  options: fc.oneof(
    fc.dictionary(anyLabel, fc.jsonValue()),
    fc.record({ isMultipleChoice: fc.boolean(), isRequired: fc.boolean(), length: fc.jsonValue() }),
  ),
});
const anyAction = fc.record({
  type: fc.constantFrom('wait', 'redirect', 'setVariable', 'new\0'),
  wait: fc.oneof(fc.jsonValue(), fc.record({ secondsToWaitFor: fc.oneof(fc.double(), fc.jsonValue()) })),
  redirect: fc.record({ url: anyLabel }),
  lastBubbleBlockId: fc.constantFrom(undefined, null, 'a', 'b', 'z'),
  expectsDedicatedReply: fc.constantFrom(undefined, null, true, false),
});
const anyReply = fc.record({
  bubbles: fc.array(anyBubble, { maxLength: 5 }),
  input: fc.option(anyInput),
  actions: fc.array(anyAction, { maxLength: 3 }),
});
const anySettings = fc.record({
  choices: fc.constantFrom('auto' as const, 'native' as const, 'text' as const, 'poll' as const),
  compat: fc.record({ markers: fc.boolean(), commands: fc.boolean() }),
  locale: fc.constantFrom('pt-BR' as const, 'es' as const),
});

test('whatever the bot says, each message is one that WhatsApp takes and the database can hold', () => {
  fc.assert(
    fc.property(anyReply, anySettings, fc.boolean(), (reply, settings, isFirst) => {
      const parsed = settingsSchema.parse(settings);
      const rendering = draw(reply, { settings: parsed, isFirst });
      const again = reply.input === null ? [] : askAgain(reply.input, parsed);
      expect([...rendering.messages, ...again].flatMap(misfits)).toEqual([]);
      expect(JSON.stringify([rendering, again])).not.toMatch(/\\u0000|\\ud[89a-f]/);
    }),
    { numRuns: 1_000 },
  );
}, 30_000);

/** Labels as people write them: one may be another's beginning, none is only a number. */
const word = fc.constantFrom('Falar', 'com', 'atendente', 'Ação', 'ação', 'sim', 'não', '✅', '2º', 'via');
const plainLabel = fc.array(word, { minLength: 1, maxLength: 6 }).map((words) => words.join(' '));

test('every option can be chosen by its number, its label, its id and its tap', () => {
  fc.assert(
    fc.property(fc.uniqueArray(plainLabel, { minLength: 1, maxLength: 12 }), (labels) => {
      const items = labels.map((content, i) => ({ id: `item-${i}x`, content }));
      const input: BotInput = { id: 'q', type: 'choice input', items };
      const shown = draw({ input }).messages.flatMap(optionsOf);
      const chosenBy = (said: Parameters<typeof readInput>[0]) => readInput(said, input, settingsSchema.parse({}));
      for (const [i, { id, content }] of items.entries()) {
        const expected = { type: 'send', message: content };
        for (const text of [`${i + 1}`, `${i + 1}.`, content, ` ${content} `, id])
          expect(chosenBy({ kind: 'text', text })).toEqual(expected);
        expect(chosenBy({ kind: 'reply', id, title: shown[i]?.title ?? '' })).toEqual(expected);
        expect(chosenBy({ kind: 'reply', id: '', title: shown[i]?.title ?? content })).toEqual(expected);
      }
      expect(shown.map(({ id }) => id)).toEqual(items.length <= limits.rows ? items.map(({ id }) => id) : []);
    }),
    { numRuns: 200 },
  );
}, 30_000);

const numberedBy: Record<string, (label: string, i: number) => BotInput> = {
  'choice input': (content, i) => ({ id: 'q', type: 'choice input', items: [{ id: `item-${i}x`, content }] }),
  'picture choice input': (title, i) => ({
    id: 'q',
    type: 'picture choice input',
    items: [{ id: `item-${i}x`, title, pictureSrc: 'https://x.io/a.png' }],
  }),
  cards: (title, i) => ({
    id: 'q',
    type: 'cards',
    items: [{ id: 'same', imageUrl: 'https://x.io/a.png', title: `Card ${title}`, paths: [{ id: `item-${i}x`, text: title }] }],
  }),
};

test.each(Object.keys(numberedBy))(
  'every number that is shown with the options of a %s chooses the one it stands before',
  (type) => {
    fc.assert(
      fc.property(fc.uniqueArray(plainLabel, { minLength: 1, maxLength: 14 }), (labels) => {
        const one = numberedBy[type];
        const items = labels.flatMap((label, i) => one?.(label, i).items ?? []);
        const input: BotInput = { id: 'q', type, items };
        const settings = settingsSchema.parse({ choices: 'text' });
        const shown = draw({ input }, { settings }).messages.map((message) =>
          'text' in message ? message.text : 'caption' in message ? (message.caption ?? '') : '',
        );
        const numbers = [...shown.join('\n').matchAll(/^(\d+)\. \*?(.+?)\*?$/gmu)].map(([, number = '', label = '']) => ({
          number,
          label,
        }));
        expect(numbers.map(({ label }) => label)).toEqual(labels);
        for (const [i, { number, label }] of numbers.entries()) {
          const expected = { type: 'send', message: type === 'cards' ? `item-${i}x` : labels[i] };
          expect(readInput({ kind: 'text', text: number }, input, settings)).toEqual(expected);
          expect(readInput({ kind: 'text', text: label }, input, settings)).toEqual(expected);
        }
      }),
      { numRuns: 200 },
    );
  },
  30_000,
);

/** What is wrong with a message, in words; empty when WhatsApp takes it. */
function misfits(message: OutboundDraft): string[] {
  const options = optionsOf(message);
  const isList = message.type === 'list';
  const rules: [name: string, isKept: boolean][] = [
    ['shape', outboundMessageSchema.safeParse({ id: '00000000-0000-4000-8000-000000000000', ...message }).success],
    ['text', !('text' in message) || (message.text.trim() !== '' && message.text.length <= limits.text)],
    ['caption', !('caption' in message) || (message.caption ?? '').length <= limits.caption],
    ['body', !('body' in message) || (message.body.trim() !== '' && message.body.length <= limits.body)],
    ['fallback', !('fallbackText' in message) || message.fallbackText.length <= limits.text],
    ['poll', message.type !== 'poll' || isPoll(message)],
    ['options', options.length <= (isList ? limits.rows : limits.buttons)],
    [
      'ids',
      new Set(options.map(({ id }) => id)).size === options.length && options.every(({ id }) => id !== '' && id.length <= limits.choiceId),
    ],
    ['titles', new Set(options.map(({ title }) => title)).size === options.length],
    ['title', options.every(({ title }) => title.trim() !== '' && codePoints(title) <= (isList ? limits.rowTitle : limits.buttonTitle))],
    ['description', options.every(({ description }) => codePoints(description ?? '') <= limits.rowDescription)],
    ['footer', !('footer' in message) || (message.footer ?? '').length <= limits.footer],
    ['sections', !isList || message.sections.length === 1 || message.sections.every(({ title }) => title !== '')],
    ['section', !isList || message.sections.every(({ title }) => codePoints(title) <= limits.rowTitle)],
    ['list button', !isList || codePoints(message.button) <= limits.listButton],
  ];
  return rules.filter(([, isKept]) => !isKept).map(([name]) => `${name} of ${JSON.stringify(message).slice(0, 200)}`);
}

function isPoll({ body, options }: Extract<OutboundDraft, { type: 'poll' }>): boolean {
  const areOptions = options.every((option) => option.trim() !== '' && option.length <= limits.pollOption);
  return body.length <= limits.pollQuestion && options.length >= 2 && options.length <= limits.pollOptions && areOptions;
}

function optionsOf(message: OutboundDraft): { id: string; title: string; description?: string | null }[] {
  if (message.type === 'buttons') return message.buttons;
  return message.type === 'list' ? message.sections.flatMap(({ rows }) => rows) : [];
}
