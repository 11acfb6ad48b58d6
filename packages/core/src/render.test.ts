import { describe, expect, test } from 'vitest';
import type { BotAction, BotInput, BotReply, Bubble } from './bot.ts';
import type { OutboundDraft } from './outbound.ts';
import { askAgain, isTerminal, render, type RenderContext } from './render.ts';
import { settingsSchema, type SettingsInput } from './settings.ts';

const settingsOf = (settings: SettingsInput = {}) => settingsSchema.parse({ hints: { choice: '' }, ...settings });
const replyOf = (reply: Partial<BotReply>): BotReply => ({ bubbles: [], input: null, actions: [], started: null, logs: [], ...reply });
const draw = (reply: Partial<BotReply>, context: Partial<RenderContext> = {}) =>
  render(replyOf(reply), {
    settings: settingsOf(),
    typing: { enabled: false },
    isFirst: false,
    preceding: [],
    hasSpoken: false,
    ...context,
  });

const text = (id: string, words: string): Bubble => ({
  id,
  type: 'text',
  content: { type: 'richText', richText: [{ type: 'p', children: [{ text: words }] }] },
});
const image = (id: string): Bubble => ({ id, type: 'image', content: { url: 'https://x.io/a.png' } });
const waits: Bubble = { id: 'e1', type: 'embed', content: { url: 'https://x.io/w', waitForEvent: { isEnabled: true } } };
const wait = (secondsToWaitFor: number, lastBubbleBlockId?: string): BotAction => ({
  type: 'wait',
  wait: { secondsToWaitFor },
  lastBubbleBlockId,
});
const redirect = (lastBubbleBlockId?: string): BotAction => ({ type: 'redirect', redirect: { url: 'https://x.io/go' }, lastBubbleBlockId });
const dedicated = (action: BotAction): BotAction => ({ ...action, expectsDedicatedReply: true });
const menu: BotInput = {
  id: 'q1',
  type: 'choice input',
  items: [
    { id: 'i1', content: 'Yes' },
    { id: 'i2', content: 'No' },
  ],
};
const question: BotInput = { id: 'q1', type: 'text input' };

/** Type, text and wait of each message, to check order and pace. */
const told = (messages: OutboundDraft[]) =>
  messages.map((message) => {
    const words = 'text' in message ? message.text : 'body' in message ? message.body : message.url;
    return `${message.waitMs ? `+${message.waitMs} ` : ''}${words}`;
  });

test('bubbles keep their order', () => {
  expect(told(draw({ bubbles: [text('a', 'one'), image('b'), text('c', 'two')], input: question }).messages)).toEqual([
    'one',
    'https://x.io/a.png',
    'two',
  ]);
});

test.each<[string, BotAction[], string[]]>([
  ['before the first bubble when it names none', [redirect()], ['https://x.io/go', 'one', 'two']],
  ['after the bubble it names', [redirect('a')], ['one', 'https://x.io/go', 'two']],
  ['after the last bubble when it names one that is not there', [redirect('gone')], ['one', 'two', 'https://x.io/go']],
  ['in their order', [wait(1, 'a'), redirect('a'), wait(2, 'a')], ['one', '+1000 https://x.io/go', '+2000 two']],
])('an action runs %s', (_, actions, expected) => {
  expect(told(draw({ bubbles: [text('a', 'one'), text('b', 'two')], actions }).messages)).toEqual(expected);
});

test('in a loop each turn of a bubble gets its own actions', () => {
  const bubbles = [text('a', 'one'), text('a', 'two'), text('b', 'end')];
  expect(told(draw({ bubbles, actions: [wait(1, 'a'), wait(2, 'a')] }).messages)).toEqual(['one', '+1000 two', '+2000 end']);
});

test('waits add up over what is skipped', () => {
  const bubbles = [text('a', 'one'), text('b', ' '), text('c', 'two')];
  const { messages, skipped } = draw({ bubbles, actions: [wait(1, 'a'), wait(2, 'b')] });
  expect(told(messages)).toEqual(['one', '+3000 two']);
  expect(skipped).toEqual([{ what: 'text', reason: 'empty_text' }]);
});

test('a wait after the last message is left out and recorded', () => {
  const { messages, skipped } = draw({ bubbles: [text('a', 'one')], actions: [wait(1, 'a')], input: question });
  expect(told(messages)).toEqual(['one']);
  expect(skipped).toEqual([{ what: 'wait', reason: 'nothing_after_it' }]);
});

test('the text before buttons becomes their body, with its own pace', () => {
  const { messages } = draw({ bubbles: [image('a'), text('b', 'Sure?')], input: menu, actions: [wait(1, 'a')] }, { typing: { speed: 60 } });
  expect(messages).toHaveLength(2);
  expect(messages[1]).toMatchObject({ type: 'buttons', body: 'Sure?', waitMs: 1_000, typingMs: 1_000 });
});

test('what happens between a text and its buttons is not lost', () => {
  expect(told(draw({ bubbles: [text('a', 'Sure?')], input: menu, actions: [wait(2, 'a')] }).messages)).toEqual(['+2000 Sure?']);
  expect(told(draw({ bubbles: [text('a', 'Sure?')], input: menu, actions: [redirect('a')] }).messages)).toEqual([
    'Sure?',
    'https://x.io/go',
    '―',
  ]);
});

test('buttons after an image have a line as their body', () => {
  expect(told(draw({ bubbles: [text('a', 'Look'), image('b')], input: menu }).messages)).toEqual(['Look', 'https://x.io/a.png', '―']);
});

test('the last message of the turn so far may become the body', () => {
  const before = draw({ bubbles: [text('a', 'Hi'), text('b', 'Sure?')] }).messages;
  expect(told(draw({ input: menu }, { preceding: before }).messages)).toEqual(['Hi', 'Sure?']);
  expect(draw({ input: menu }, { preceding: before }).messages[1]).toMatchObject({ type: 'buttons', body: 'Sure?' });
  expect(told(before)).toEqual(['Hi', 'Sure?']);
});

test('the retry text of an invalid answer becomes the body of the same buttons', () => {
  const { messages } = draw({ bubbles: [text('q1', 'Invalid message. Please, try again.')], input: menu });
  expect(messages).toMatchObject([{ type: 'buttons', body: 'Invalid message. Please, try again.' }]);
});

test('the bot’s delay is kept between bubbles, but not before the first or within one', () => {
  const long = 'word '.repeat(1_500).trim();
  const { messages } = draw(
    { bubbles: [text('a', 'one'), text('b', long), image('c')], input: menu },
    { typing: { enabled: false, delayBetweenBubbles: 2 } },
  );
  expect(messages.map(({ waitMs }) => waitMs)).toEqual([0, 2_000, 0, 2_000, 2_000]);
  const [next] = draw({ bubbles: [text('d', 'more')] }, { typing: { delayBetweenBubbles: 2 }, preceding: messages }).messages.slice(-1);
  expect(next?.waitMs).toBe(2_000);
});

test('types before texts and buttons, not before media', () => {
  const { messages } = draw({ bubbles: [text('a', 'one'), image('b')], input: menu }, { typing: { speed: 60 } });
  expect(messages.map(({ typingMs }) => typingMs)).toEqual([1_000, 0, 1_000]);
});

test('does not type before the first message of a conversation unless the bot wants it', () => {
  const bubbles = [text('a', 'one'), text('b', 'two')];
  const typingOf = (context: Partial<RenderContext>) => draw({ bubbles }, context).messages.map(({ typingMs }) => typingMs > 0);
  expect(typingOf({ isFirst: true, typing: null })).toEqual([false, true]);
  expect(typingOf({ isFirst: true, typing: { isDisabledOnFirstMessage: false } })).toEqual([true, true]);
  expect(typingOf({ isFirst: false, typing: null })).toEqual([true, true]);
  expect(typingOf({ isFirst: true, typing: null, preceding: draw({ bubbles: [image('x')] }).messages })).toEqual([false, true, true]);
});

test.each<[string, BotAction[], object, object[]]>([
  ['a wait', [dedicated(wait(2, 'a'))], { type: 'wait', waitMs: 2_000 }, []],
  ['a wait after a wait', [wait(1, 'a'), dedicated(wait(2, 'a'))], { type: 'wait', waitMs: 3_000 }, []],
  ['a webhook', [dedicated({ type: 'listenForWebhook' })], { type: 'webhook' }, []],
  [
    'a script',
    [dedicated({ type: 'setVariable' })],
    { type: 'answerWithNothing', action: 'setVariable' },
    [{ what: 'setVariable', reason: 'browser_only' }],
  ],
  [
    'an unknown action',
    [dedicated({ type: 'new' })],
    { type: 'answerWithNothing', action: 'new' },
    [{ what: 'new', reason: 'unknown_action' }],
  ],
  [
    'an unreadable wait',
    [dedicated({ type: 'wait' })],
    { type: 'answerWithNothing', action: 'wait' },
    [{ what: 'wait', reason: 'unreadable_action' }],
  ],
  ['the first action that says so', [dedicated({ type: 'listenForWebhook' }), dedicated(wait(1))], { type: 'webhook' }, []],
])('the flow stops at %s', (_, actions, expected, skipped) => {
  const rendering = draw({ bubbles: [text('a', 'one')], actions });
  expect(rendering).toMatchObject({ dedicated: expected, skipped, waitsForEvent: false });
  expect(told(rendering.messages)).toEqual(['one']);
});

test('no question is asked if the flow stopped before it', () => {
  const { messages, skipped } = draw({ bubbles: [text('a', 'one')], input: menu, actions: [dedicated(wait(1, 'a'))] });
  expect(told(messages)).toEqual(['one']);
  expect(skipped).toEqual([{ what: 'choice input', reason: 'flow_stopped_before' }]);
});

test('what cannot be shown is skipped with a reason', () => {
  const bubbles = [{ id: 'a', type: 'hologram', content: {} }, { id: 'b', type: 'image', content: null }, text('c', 'one')];
  expect(
    draw({ bubbles, input: { id: 'q', type: 'psychic input' }, actions: [{ type: 'pixel' }, { type: 'listenForWebhook' }] }).skipped,
  ).toEqual([
    { what: 'pixel', reason: 'browser_only' },
    { what: 'listenForWebhook', reason: 'flow_not_stopped' },
    { what: 'hologram', reason: 'unknown_bubble' },
    { what: 'image', reason: 'unreadable_content' },
    { what: 'psychic input', reason: 'unknown_input' },
  ]);
});

test.each<[string, Partial<BotReply>, { terminal: boolean; waits: boolean }]>([
  ['nothing', {}, { terminal: true, waits: false }],
  ['only bubbles', { bubbles: [text('a', 'bye')] }, { terminal: true, waits: false }],
  ['a redirect', { actions: [redirect()] }, { terminal: true, waits: false }],
  ['a question', { input: question }, { terminal: false, waits: false }],
  ['a dedicated action', { actions: [dedicated({ type: 'setVariable' })] }, { terminal: false, waits: false }],
  ['an embed that waits', { bubbles: [waits] }, { terminal: false, waits: true }],
  ['a booking page', { bubbles: [{ id: 'e', type: 'custom-embed', content: {} }] }, { terminal: false, waits: true }],
  [
    'an embed that does not wait',
    { bubbles: [{ id: 'e', type: 'embed', content: { url: 'https://x.io' } }] },
    { terminal: true, waits: false },
  ],
  ['an embed that waits and a question', { bubbles: [waits], input: question }, { terminal: false, waits: false }],
])('a reply with %s', (_, reply, expected) => {
  expect({ terminal: isTerminal(replyOf(reply)), waits: draw(reply).waitsForEvent }).toEqual(expected);
});

test('commands in texts are returned once each and are not shown', () => {
  const bubbles = [text('a', '#{"queueId":1}'), text('b', '#{"userId":2,"tagId":3}'), text('c', 'Bye'), text('d', '#{"closeTicket":true}')];
  const rendering = draw({ bubbles, actions: [redirect('b')] }, { settings: settingsOf({ compat: { commands: true } }) });
  expect(told(rendering.messages)).toEqual(['https://x.io/go', 'Bye']);
  expect(rendering.orders).toEqual(['pause', 'close']);
  expect(rendering.skipped).toEqual([{ what: 'tagId', reason: 'unknown_command' }]);
  expect(draw({ bubbles }).orders).toEqual([]);
});

test('a command between a text and its buttons does not separate them', () => {
  const settings = settingsOf({ compat: { commands: true } });
  const { messages } = draw({ bubbles: [text('a', 'Sure?'), text('b', '#{"stopBot":true}')], input: menu }, { settings });
  expect(messages).toMatchObject([{ type: 'buttons', body: 'Sure?' }]);
});

test('a list of Evolution keeps its place and is typed like a text', () => {
  const list = '[list][title]Menu[menu][section][row]\ntitle: One\nrowId: r1';
  const context = { settings: settingsOf({ compat: { markers: true } }), typing: { speed: 60 } };
  const { messages } = draw({ bubbles: [text('a', 'Hi'), text('b', list)], input: question, actions: [wait(1, 'a')] }, context);
  expect(messages).toMatchObject([{ type: 'text' }, { type: 'list', body: '*Menu*', waitMs: 1_000, typingMs: 1_000 }]);
});

test.each([
  ['pt-BR', 'Escolha uma das opções:'],
  ['en', 'Please choose one of the options:'],
  ['es', 'Elige una de las opciones:'],
] as const)('options are shown again in the language %s', (locale, body) => {
  expect(askAgain(menu, settingsOf({ locale }))).toMatchObject([
    { type: 'buttons', body, buttons: [{ id: 'i1' }, { id: 'i2' }], fallbackText: `${body}\n\n1. Yes\n2. No`, typingMs: 0, waitMs: 0 },
  ]);
});

test('pictures and cards are shown again, and a question without options is not', () => {
  const items = [{ id: 'i1', title: 'A', pictureSrc: 'https://x.io/a.png', imageUrl: 'https://x.io/a.png' }];
  expect(told(askAgain({ ...menu, type: 'picture choice input', items }, settingsOf()))).toEqual(['https://x.io/a.png']);
  expect(told(askAgain({ ...menu, type: 'cards', items }, settingsOf()))).toEqual(['https://x.io/a.png']);
  expect(askAgain(question, settingsOf())).toEqual([]);
  expect(askAgain({ ...menu, items: [] }, settingsOf())).toEqual([]);
});

describe('a question that nothing but its input asks', () => {
  const asking = (input: Partial<NonNullable<BotReply['input']>>, bubbles: BotReply['bubbles'] = [], hasSpoken = false) =>
    draw({ bubbles, input: { id: 'q', type: 'text input', ...input } }, { hasSpoken }).messages.map((message) =>
      'text' in message ? message.text : message.type,
    );
  const labelled = { options: { labels: { placeholder: 'Your street?' } } };

  test('is asked by its placeholder', () => {
    expect(asking(labelled)).toEqual(['Your street?']);
  });

  test.each(['text input', 'number input', 'email input', 'url input', 'phone number input', 'date input', 'time input', 'file input'])(
    'is asked by the hint of its kind without one: %s',
    (type) => {
      expect(asking({ type })).toEqual([expect.stringMatching(/\S/)]);
    },
  );

  test('is asked by its placeholder behind words that ask nothing, and not behind a question', () => {
    expect(asking(labelled, [text('b1', 'Hi')])).toEqual(['Hi', 'Your street?']);
    expect(asking(labelled, [text('b1', 'Which street?')])).toEqual(['Which street?']);
    expect(asking({ options: { labels: { placeholder: 'Type here...' } } }, [text('b1', 'Hi')])).toEqual(['Hi']);
  });

  test('is not asked again where the bot spoke before a wait', () => {
    expect(asking({}, [], true)).toEqual([]);
  });
});
