import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The published id of the demo's only bot. */
export const demoPublicId = 'demo';

export type DemoTypebot = { url: string; host: string; stop(): Promise<void> };

type Block = Record<string, unknown>;
type Answer = { messages: Block[]; input?: Block; clientSideActions?: Block[] };
type Session = { step: 'name' | 'menu'; name: string };

/**
 * A stand-in for a Typebot viewer with one small bot, so that `npm start` needs nothing from outside. It speaks the part of the chat API
 * that a bot of texts, a menu and a wait needs; sessions live in memory.
 */
export async function startDemoTypebot(): Promise<DemoTypebot> {
  const sessions = new Map<string, Session>();
  const server = createServer((request, response) => {
    handle(request, sessions).then(
      ({ status, body }) => send(response, status, body),
      () => send(response, 500, { message: 'Internal server error' }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    host: `127.0.0.1:${port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function handle(request: IncomingMessage, sessions: Map<string, Session>): Promise<{ status: number; body: unknown }> {
  const body = (await readJson(request)) as { message?: unknown; prefilledVariables?: { pushName?: string } };
  if (request.url === `/api/v1/typebots/${demoPublicId}/startChat`)
    return { status: 200, body: start(sessions, body.prefilledVariables?.pushName ?? '') };
  const sessionId = /^\/api\/v1\/sessions\/([^/]+)\/continueChat$/.exec(request.url ?? '')?.[1];
  if (sessionId === undefined) return { status: 404, body: { code: 'NOT_FOUND', status: 404, message: 'Typebot not found' } };
  const session = sessions.get(sessionId);
  if (!session) return { status: 404, body: { code: 'NOT_FOUND', status: 404, message: 'Session not found.' } };
  const answer = reply(session, textOf(body.message));
  if (!answer.input) sessions.delete(sessionId);
  return { status: 200, body: answer };
}

function start(sessions: Map<string, Session>, pushName: string) {
  const sessionId = randomUUID();
  sessions.set(sessionId, { step: 'name', name: pushName });
  return {
    sessionId,
    resultId: randomUUID(),
    typebot: { id: 'demo', version: '6.1', theme: {}, settings: { typingEmulation: { enabled: true, speed: 400, maxDelay: 2 } } },
    messages: [
      say('hello', [
        { text: `${pushName === '' ? 'Hello!' : `Hello, ${pushName}!`} I am the demo bot of ` },
        { text: 'Typelane', bold: true },
        { text: '.' },
      ]),
      say('ask-name', [{ text: 'What is your name?' }]),
    ],
    input: { id: 'name', type: 'text input' },
  };
}

function reply(session: Session, message: string): Answer {
  if (session.step === 'name') {
    session.name = message;
    session.step = 'menu';
    return menu([say('nice', [{ text: 'Nice to meet you, ' }, { text: message, bold: true }, { text: '.' }])]);
  }
  const item = items.find(({ id, content }) => message === id || message.trim() === content);
  if (!item) return { messages: [say('menu', [{ text: 'Please choose one of the options.' }])], input: choice };
  return item.answer(session);
}

const items: { id: string; content: string; answer(session: Session): Answer }[] = [
  { id: 'show-text', content: 'Formatted text', answer: () => menu([formatted]) },
  {
    id: 'show-wait',
    content: 'A short wait',
    answer: () => ({
      ...menu([say('before', [{ text: 'Let me think for two seconds…' }]), say('after', [{ text: 'Done thinking.' }])]),
      clientSideActions: [{ type: 'wait', wait: { secondsToWaitFor: 2 }, lastBubbleBlockId: 'before' }],
    }),
  },
  {
    id: 'bye',
    content: 'Goodbye',
    answer: ({ name }) => ({ messages: [say('bye', [{ text: `Goodbye, ${name}. Write again to start over.` }])] }),
  },
];

const choice: Block = { id: 'menu', type: 'choice input', items: items.map(({ id, content }) => ({ id, content })) };

const formatted: Block = {
  id: 'formatted',
  type: 'text',
  content: {
    type: 'richText',
    richText: [
      {
        type: 'p',
        children: [
          { text: 'bold', bold: true },
          { text: ', ' },
          { text: 'italic', italic: true },
          { text: ' and ' },
          { text: 'struck', strikethrough: true },
        ],
      },
      { type: 'ul', children: ['one', 'two'].map((text) => ({ type: 'li', children: [{ type: 'lic', children: [{ text }] }] })) },
      { type: 'p', children: [{ type: 'a', url: 'https://example.com', children: [{ text: 'a link' }] }] },
    ],
  },
};

function menu(messages: Block[]): Answer {
  return { messages: [...messages, say('question', [{ text: 'What shall I show you?' }])], input: choice };
}

function say(id: string, children: Block[]): Block {
  return { id, type: 'text', content: { type: 'richText', richText: [{ type: 'p', children }] } };
}

function textOf(message: unknown): string {
  if (typeof message === 'string') return message;
  return typeof message === 'object' && message !== null && 'text' in message ? String(message.text) : '';
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 0 ? {} : JSON.parse(Buffer.concat(chunks).toString());
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
