import type { InboundEvent, SettingsInput } from '@typelane/core';
import {
  type BotScript,
  type FakeTypebot,
  inboundButtonReply,
  inboundLocation,
  inboundMedia,
  inboundText,
  startFakeTypebot,
  text,
} from '@typelane/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Pipeline, startPipeline } from './harness.ts';
import { finalOf } from './tables.ts';

/** Which of several bots a first message starts, as Typebot and the contact see it. */
let typebot: FakeTypebot;
let otherTypebot: FakeTypebot;
let pipeline: Pipeline;

const named = (name: string): BotScript => ({ variables: ['firstMessage'], groups: { Start: [text(`${name}: {{firstMessage}}`)] } });

beforeAll(async () => {
  typebot = await startFakeTypebot({ bots: { own: named('own'), sales: named('sales'), support: named('support') } });
  otherTypebot = await startFakeTypebot({ bots: { sales: named('sales elsewhere') } });
  pipeline = await startPipeline({ typebots: [typebot.url, otherTypebot.url] });
});

afterAll(async () => {
  checkRest();
  await pipeline.close();
  await typebot.close();
  await otherTypebot.close();
});

/** Checked after all tests. */
function checkRest(): void {
  expect(pipeline.consumer.breaches).toEqual([]);
  typebot.assertClean();
  otherTypebot.assertClean();
}

type Chat = { instanceId: string; jid: string };

/** The outcome of first messages, each from another contact: the reply, or how the event ended. */
async function outcomesOf(settings: SettingsInput, messages: (string | ((chat: Chat) => InboundEvent))[]): Promise<(string | null)[]> {
  const instanceId = await pipeline.register({ url: typebot.url, publicId: 'own', settings });
  const chats = messages.map((_, index) => ({ instanceId, jid: `553199999${String(index).padStart(4, '0')}@s.whatsapp.net` }));
  for (const [index, message] of messages.entries()) {
    const chat = chats[index] ?? { instanceId, jid: '' };
    await pipeline.publish(typeof message === 'string' ? inboundText({ ...chat, text: message }) : message(chat));
  }
  const outcomes = await pipeline.tables.handled(instanceId, messages.length);
  await pipeline.tables.acknowledged(instanceId);
  return chats.map(({ jid }) => {
    const final = outcomes.find((outcome) => outcome.jid === jid);
    return pipeline.consumer.textsTo(instanceId, jid).join('\n') || (final ? finalOf(final) : null);
  });
}

const unheard = 'ignored: no_trigger';
const picture = (caption?: string) => (chat: Chat) =>
  inboundMedia({
    ...chat,
    media: 'image',
    url: 'https://example.com/a.png',
    mimeType: 'image/png',
    ...(caption !== undefined && { caption }),
  });
const place = (chat: Chat) => inboundLocation({ ...chat, latitude: -19.9, longitude: -43.9 });
const tap = (title: string) => (chat: Chat) => inboundButtonReply({ ...chat, id: 'old', title });

test("several bots share a number: priority decides, then position, and otherwise the integration's own bot answers", async () => {
  const flows: SettingsInput['flows'] = [
    { publicId: 'support', trigger: { type: 'keyword', operator: 'contains', value: 'help' } },
    { publicId: 'sales', trigger: { type: 'keyword', operator: 'contains', value: 'buy' } },
    {
      publicId: 'sales',
      typebotURL: otherTypebot.url,
      trigger: { type: 'keyword', operator: 'startsWith', value: 'urgent' },
      priority: 10,
    },
  ];
  expect(await outcomesOf({ flows }, ['I need HELP', 'buy', 'help me buy', 'Urgent: help', 'good morning'])).toEqual([
    'support: I need HELP',
    'sales: buy',
    'support: help me buy',
    'sales elsewhere: Urgent: help',
    'own: good morning',
  ]);
  const silent = { flows, trigger: { type: 'none' as const } };
  expect(await outcomesOf(silent, ['buy', 'good morning', picture()])).toEqual(['sales: buy', unheard, unheard]);
});

test("a flow for every message replaces the integration's own bot, but not flows of higher priority", async () => {
  const flows: SettingsInput['flows'] = [
    { publicId: 'support', trigger: { type: 'all' } },
    { publicId: 'sales', trigger: { type: 'keyword', value: 'buy' }, priority: 1 },
  ];
  expect(await outcomesOf({ flows }, ['hi', 'buy', picture()])).toEqual(['support: hi', 'sales: buy', 'support:']);
});

test('a keyword matches in any case, with or without accents, in a tapped title and in a caption', async () => {
  const trigger = { type: 'keyword', value: 'Informação' } as const;
  const messages = ['  INFORMACAO \n', 'informação', tap('Informação'), picture('informacao'), 'informação por favor', picture(), place];
  expect(await outcomesOf({ trigger }, messages)).toEqual([
    'own:   INFORMACAO',
    'own: informação',
    'own: Informação',
    'own: informacao',
    unheard,
    unheard,
    unheard,
  ]);
});

test('a pattern matches exactly as it is written', async () => {
  const trigger = { type: 'keyword', operator: 'regex', value: '^(?:order|pedido) \\d{3,}' } as const;
  const messages = ['order 1234', 'Order 1234', 'my order 1234', 'pedido 12', picture('pedido 777'), picture()];
  expect(await outcomesOf({ trigger }, messages)).toEqual(['own: order 1234', unheard, unheard, unheard, 'own: pedido 777', unheard]);
});

test("a filter in Evolution's syntax matches as it does in Evolution", async () => {
  const trigger = { type: 'advanced', value: 'contains:preço,camisa contains:valor notcontains:atacado endswith:?' } as const;
  const messages = ['Preco da CAMISA?', 'valor?', 'preço?', 'preço da camisa', 'valor no atacado?', picture('qual o valor?'), place];
  expect(await outcomesOf({ trigger }, messages)).toEqual([
    'own: Preco da CAMISA?',
    'own: valor?',
    unheard,
    unheard,
    unheard,
    'own: qual o valor?',
    unheard,
  ]);
});

test('any first message starts a bot for all messages, and none starts a bot that only the API may start', async () => {
  expect(await outcomesOf({ trigger: { type: 'all' } }, ['hi', picture(), picture('look'), place])).toEqual([
    'own: hi',
    'own:',
    'own: look',
    'own:',
  ]);
  expect(await outcomesOf({ trigger: { type: 'none' } }, ['hi', picture(), place])).toEqual([unheard, unheard, unheard]);
});
