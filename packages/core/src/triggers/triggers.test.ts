import { describe, expect, test } from 'vitest';
import type { InboundContent } from '../inbound.ts';
import { settingsSchema, type SettingsInput } from '../settings.ts';
import { chooseBot, isKeywordTriggered } from './index.ts';

const text = (said: string): InboundContent => ({ kind: 'text', text: said });
const reply = (title: string): InboundContent => ({ kind: 'reply', id: 'r1', title });
const media = (caption: string): InboundContent => ({
  kind: 'media',
  media: 'image',
  url: null,
  caption,
  fileName: null,
  mimeType: null,
});
const place: InboundContent = { kind: 'location', latitude: 1, longitude: 2, name: 'Praça', address: null };

/** The engine of the tests; the shell's is another one. */
const matches = (pattern: string, said: string): boolean => new RegExp(pattern, 'u').test(said);

function integration(settings: SettingsInput) {
  return {
    typebotIntegrationId: 'int-1',
    publicId: 'own',
    typebotURL: 'https://typebot.example.com',
    enabled: true,
    settings: settingsSchema.parse(settings),
  };
}

type Trigger = NonNullable<SettingsInput['trigger']>;

const starts = (content: InboundContent, trigger: Trigger): boolean => chooseBot(content, integration({ trigger }), matches) !== null;
const chosen = (content: InboundContent, settings: SettingsInput): string | null =>
  chooseBot(content, integration(settings), matches)?.publicId ?? null;

test.each<[string, InboundContent]>([
  ['a text', text('oi')],
  ['a picture without words', media('')],
  ['a place', place],
])('with the trigger `all`, %s starts the bot, and with `none` it does not', (_what, content) => {
  expect(starts(content, { type: 'all' })).toBe(true);
  expect(starts(content, { type: 'none' })).toBe(false);
});

describe('the trigger `keyword`', () => {
  test.each<[string, InboundContent, Omit<Extract<Trigger, { type: 'keyword' }>, 'type'>, boolean]>([
    ['the same words', text('menu'), { value: 'menu' }, true],
    ['other case, accents and outer spaces', text('  OLÁ\n'), { value: 'ola' }, true],
    ['accents in the value only', text('voce'), { value: 'Você' }, true],
    ['more words than the value', text('menu please'), { value: 'menu' }, false],
    ['the value inside', text('quero Ajuda agora'), { operator: 'contains', value: 'ajuda' }, true],
    ['the value at the beginning', text('Oi, tudo bem?'), { operator: 'startsWith', value: 'oi' }, true],
    ['the value elsewhere than at the beginning', text('ei, oi'), { operator: 'startsWith', value: 'oi' }, false],
    ['the value at the end', text('fala bot'), { operator: 'endsWith', value: 'BOT' }, true],
    ['the value elsewhere than at the end', text('bot fala'), { operator: 'endsWith', value: 'bot' }, false],
    ['what the pattern finds', text('pedido 1234'), { operator: 'regex', value: '\\d{4}$' }, true],
    ['another case than the pattern', text('MENU'), { operator: 'regex', value: '^menu$' }, false],
    ['accents the pattern does not have', text('olá'), { operator: 'regex', value: '^ola$' }, false],
    ['the title of a tapped choice', reply('Menu'), { value: 'menu' }, true],
    ['the caption of a picture', media('Menu'), { value: 'menu' }, true],
    ['a picture without words, where the pattern would take anything', media(''), { operator: 'regex', value: '.*' }, false],
    ['a place', place, { operator: 'contains', value: 'praça' }, false],
  ])('judges %s', (_what, content, trigger, expected) => {
    expect(starts(content, { type: 'keyword', ...trigger })).toBe(expected);
  });
});

describe('the trigger `advanced`', () => {
  test.each([
    ['contains:a,b', 'xbxa', true],
    ['contains:a,b', 'xbx', false],
    ['contains:preço contains:valor', 'qual o VALOR?', true],
    ['contains:preço contains:valor', 'qual o preco?', true],
    ['contains:preço contains:valor', 'bom dia', false],
    ['contains:preço notcontains:bot', 'preço', true],
    ['contains:preço notcontains:bot', 'preço do bot', false],
    ['notcontains:a,b', 'xa', false],
    ['notcontains:a,b', 'x', true],
    ['notcontains:a notcontains:b', 'xa', true],
    ['startswith:oi', 'Oi, tudo bem', true],
    ['startswith:oi', 'e oi', false],
    ['endswith:tchau', 'então TCHAU', true],
    ['endswith:tchau', 'tchau então', false],
    ['exact:menu', ' MENU ', true],
    ['exact:menu', 'menu 2', false],
    ['exact:menu exact:início', 'inicio', true],
    ['startswith:oi endswith:bot contains:por favor', 'oi, por favor, bot', true],
    ['startswith:oi endswith:bot contains:por favor', 'oi, bot', false],
    ['contains:good morning,shop', 'Good   morning, dear shop', true],
    ['contains:good morning,shop', 'good day and morning, shop', false],
    ['contains:"yes, please"', 'yes, please', true],
    ['contains:"yes, please"', 'please yes', false],
    ['contains:"exact: so"', 'that is exact: so', true],
    ['exact:10:30', '10:30', true],
    ['Contains: a , b', 'ab', true],
  ])('%s judges "%s" as %s', (value, said, expected) => {
    expect(starts(text(said), { type: 'advanced', value })).toBe(expected);
  });

  test('hears captions, and does not take a message without words for one that lacks a word', () => {
    expect(starts(media('o preço?'), { type: 'advanced', value: 'contains:preco' })).toBe(true);
    expect(starts(media(''), { type: 'advanced', value: 'notcontains:preco' })).toBe(false);
    expect(starts(place, { type: 'advanced', value: 'notcontains:preco' })).toBe(false);
  });
});

describe('with several flows', () => {
  const flow = (publicId: string, value: string, more: object = {}) => ({
    publicId,
    trigger: { type: 'keyword' as const, value },
    ...more,
  });

  test('the one whose trigger matches is started, and else the own bot', () => {
    const settings = { flows: [flow('sales', 'buy'), flow('support', 'help')] };
    expect(chosen(text('buy'), settings)).toBe('sales');
    expect(chosen(text('Help'), settings)).toBe('support');
    expect(chosen(text('hi'), settings)).toBe('own');
  });

  test('the own bot is started by its own trigger only', () => {
    expect(chosen(text('hi'), { flows: [flow('sales', 'buy')], trigger: { type: 'none' } })).toBeNull();
  });

  test('the highest priority comes first, and of equal ones the first in the list', () => {
    const flows = [
      flow('low', 'buy', { priority: -5 }),
      flow('first', 'buy'),
      flow('second', 'buy'),
      flow('high', 'buy now', { priority: 9 }),
    ];
    expect(chosen(text('buy'), { flows })).toBe('first');
    expect(chosen(text('buy now'), { flows })).toBe('high');
    const all = { publicId: 'all', trigger: { type: 'all' as const }, priority: 10 };
    expect(chosen(text('buy now'), { flows: [...flows, all] })).toBe('all');
  });

  test('a flow runs on its own Typebot, or on that of the integration', () => {
    const flows = [flow('far', 'far', { typebotURL: 'https://other.example.com' }), flow('near', 'near')];
    const urlFor = (said: string) => chooseBot(text(said), integration({ flows }), matches)?.typebotURL;
    expect(urlFor('far')).toBe('https://other.example.com');
    expect(urlFor('near')).toBe('https://typebot.example.com');
  });
});

test.each<[string, SettingsInput, boolean]>([
  ['a keyword of the own bot', { trigger: { type: 'keyword', value: 'menu' } }, true],
  ['an advanced trigger of the own bot', { trigger: { type: 'advanced', value: 'contains:men' } }, true],
  ['a keyword of a flow', { flows: [{ publicId: 'f', trigger: { type: 'keyword', value: 'menu' } }], trigger: { type: 'none' } }, true],
  ['a keyword that is another', { trigger: { type: 'keyword', value: 'help' } }, false],
  ['every message', { flows: [{ publicId: 'f', trigger: { type: 'all' } }], trigger: { type: 'all' } }, false],
])('whether a message asks for a bot by its words: %s', (_what, settings, expected) => {
  expect(isKeywordTriggered(text('Menu'), integration(settings), matches)).toBe(expected);
});
