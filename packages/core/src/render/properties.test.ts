import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { BotInput, BotReply } from '../bot.ts';
import { readInput } from '../inputs/index.ts';
import { outboundMessageSchema, type OutboundDraft } from '../outbound.ts';
import { render, type RenderContext } from '../render.ts';
import { settingsSchema } from '../settings.ts';
import { codePoints, limits } from '../whatsapp.ts';

const draw = (reply: Partial<BotReply>, context: Partial<RenderContext> = {}) =>
  render(
    { bubbles: [], input: null, actions: [], started: null, logs: [], ...reply },
    { settings: settingsSchema.parse({}), typing: null, isFirst: false, preceding: [], ...context },
  );

const anyLabel = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 90 }),
  fc.lorem({ maxCount: 8 }),
  fc.constantFrom('', ' ', 'Sim', 'Sim', 'a\0b', 'half \uD83D', '👩‍👩‍👧 família', '2', 'x'.repeat(5_000)),
);
const anyBubble = fc.oneof(
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
  type: fc.constantFrom(
    'choice input',
    'picture choice input',
    'cards',
    'rating input',
    'file input',
    'payment input',
    'text input',
    'new',
  ),
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
  choices: fc.constantFrom('auto' as const, 'text' as const),
  locale: fc.constantFrom('pt-BR' as const, 'es' as const),
});

test('whatever the bot says, each message is one that WhatsApp takes and the database can hold', () => {
  fc.assert(
    fc.property(anyReply, anySettings, fc.boolean(), (reply, settings, isFirst) => {
      const rendering = draw(reply, { settings: settingsSchema.parse(settings), isFirst });
      expect(rendering.messages.flatMap(misfits)).toEqual([]);
      expect(JSON.stringify(rendering)).not.toMatch(/\\u0000|\\ud[89a-f]/);
    }),
    { numRuns: 500 },
  );
});

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
        const expected = { type: 'send', message: id };
        for (const text of [`${i + 1}`, `${i + 1}.`, content, ` ${content} `, id])
          expect(chosenBy({ kind: 'text', text })).toEqual(expected);
        expect(chosenBy({ kind: 'reply', id, title: shown[i]?.title ?? '' })).toEqual(expected);
        expect(chosenBy({ kind: 'reply', id: '', title: shown[i]?.title ?? content })).toEqual(expected);
      }
      expect(shown.map(({ id }) => id)).toEqual(items.length <= limits.rows ? items.map(({ id }) => id) : []);
    }),
    { numRuns: 200 },
  );
});

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
    ['options', options.length <= (isList ? limits.rows : limits.buttons)],
    [
      'ids',
      new Set(options.map(({ id }) => id)).size === options.length && options.every(({ id }) => id !== '' && id.length <= limits.choiceId),
    ],
    ['titles', new Set(options.map(({ title }) => title)).size === options.length],
    ['title', options.every(({ title }) => title.trim() !== '' && codePoints(title) <= (isList ? limits.rowTitle : limits.buttonTitle))],
    ['description', options.every(({ description }) => codePoints(description ?? '') <= limits.rowDescription)],
    ['list button', !isList || codePoints(message.button) <= limits.listButton],
  ];
  return rules.filter(([, isKept]) => !isKept).map(([name]) => `${name} of ${JSON.stringify(message).slice(0, 200)}`);
}

function optionsOf(message: OutboundDraft): { id: string; title: string; description?: string | null }[] {
  if (message.type === 'buttons') return message.buttons;
  return message.type === 'list' ? message.sections.flatMap(({ rows }) => rows) : [];
}
