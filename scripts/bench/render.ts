import { type BotReply, defaultSettings, type InboundEvent, readAnswer, readInbound, render } from '@typelane/core';
import type { Finding } from './finding.ts';

/** Microseconds in which a typical turn must be read and rendered, and how many times a JSON.parse of the same reply that may take. */
const bounds = { microsecondsMax: 100, ratioMax: 15 };

type RenderResult = { microseconds: number; parseMicroseconds: number; ratio: number };

/**
 * The pure part of one turn: what the contact wrote is read and matched with the options, and the bot's reply is rendered. The best of many
 * short rounds, since whatever disturbs a round only makes it slower. JSON.parse of the same reply, measured in between, is the yardstick for
 * the machine.
 */
export function findRender(): Finding {
  const result = measure();
  return { rows: [rowOf(result)], problems: problemsOf(result), figures: { render: result } };
}

function measure(rounds = 40, turnsPerRound = 500): RenderResult {
  let microseconds = Infinity;
  let parseMicroseconds = Infinity;
  for (let round = 0; round < rounds; round += 1) {
    microseconds = Math.min(microseconds, microsecondsOf(turn, turnsPerRound));
    parseMicroseconds = Math.min(
      parseMicroseconds,
      microsecondsOf(() => JSON.parse(wire), turnsPerRound),
    );
  }
  return { microseconds, parseMicroseconds, ratio: microseconds / parseMicroseconds };
}

function problemsOf({ microseconds, ratio }: RenderResult): string[] {
  return [
    ...(microseconds > bounds.microsecondsMax ? ['render: more microseconds a turn than the bound'] : []),
    ...(ratio > bounds.ratioMax ? ['render: more times a JSON.parse than the bound'] : []),
  ];
}

function rowOf({ microseconds, parseMicroseconds, ratio }: RenderResult): string {
  return `render     ${microseconds.toFixed(1)} us a turn (bound: at most ${bounds.microsecondsMax}), ${ratio.toFixed(1)} x JSON.parse of the same reply, ${parseMicroseconds.toFixed(1)} us (bound: at most ${bounds.ratioMax})`;
}

const paragraph = (...children: object[]) => ({ type: 'p', children });
const bubble = (id: string, ...richText: object[]) => ({ id, type: 'text', content: { type: 'richText', richText } });

/** A greeting with a name and a link, a picture, a wait, and a question with four answers. */
const reply: BotReply = {
  bubbles: [
    bubble(
      'b1',
      paragraph({ text: 'Olá, ' }, { text: 'Ana', bold: true }, { text: '! Que bom ter você aqui 👋' }),
      paragraph({ text: '' }),
      paragraph(
        { text: 'Veja nossas ' },
        { type: 'a', url: 'https://example.com/ofertas?x=1', children: [{ text: 'ofertas da semana' }] },
        { text: '.' },
      ),
    ),
    { id: 'b2', type: 'image', content: { url: 'https://media.example.com/ofertas.png' } },
    bubble('b3', paragraph({ text: 'Sobre o que você quer falar?' })),
  ],
  input: {
    id: 'q1',
    type: 'choice input',
    options: { variableId: 'v1' },
    items: ['Vendas', 'Suporte técnico 🔧', 'Segunda via do boleto bancário', 'Falar com um atendente'].map((content, i) => ({
      id: `item-${i}`,
      content,
      outgoingEdgeId: `edge-${i}`,
    })),
  },
  actions: [{ type: 'wait', wait: { secondsToWaitFor: 1 }, lastBubbleBlockId: 'b2' }],
  started: null,
  logs: [],
};
const wire = JSON.stringify({ messages: reply.bubbles, input: reply.input, clientSideActions: reply.actions, logs: [] });

const event: InboundEvent = {
  event: 'messages.upsert',
  instance: { instanceId: 'bench' },
  data: {
    keyId: '3EB0AAA',
    keyRemoteJid: '5511999990000@s.whatsapp.net',
    pushName: 'Ana',
    contentType: 'conversation',
    content: { text: 'suporte tecnico' },
    messageTimestamp: 1_760_000_000,
  },
};
const context = {
  settings: defaultSettings,
  typing: { enabled: true, speed: 400, maxDelay: 3 },
  isFirst: false,
  preceding: [],
  hasSpoken: false,
};

function turn(): void {
  if (reply.input === null) throw new Error('The typical turn asks a question');
  const answer = readAnswer(readInbound(event), { type: 'input', input: reply.input }, defaultSettings);
  const { messages } = render(reply, context);
  if (answer.type !== 'send' || messages.length !== 3) throw new Error('The typical turn is not read and rendered as it should');
}

function microsecondsOf(work: () => void, times: number): number {
  const startedAt = performance.now();
  for (let i = 0; i < times; i += 1) work();
  return ((performance.now() - startedAt) * 1_000) / times;
}
