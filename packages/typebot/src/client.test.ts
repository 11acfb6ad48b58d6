import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import tls from 'node:tls';
import { gzipSync } from 'node:zlib';
import type { BotCall } from '@typelane/core';
import { afterEach, expect, test } from 'vitest';
import { recordedExchanges } from '../test/recordings.ts';
import { anyEgress, closeAll, listen, rawServer } from '../test/servers.ts';
import { createTypebotClient, type TypebotClientOptions } from './client.ts';

afterEach(closeAll);

const bubble = { id: 'b1', type: 'text', content: { type: 'richText', richText: [] } };
const replyText = JSON.stringify({ messages: [bubble] });
const replied = { type: 'replied', reply: { bubbles: [bubble], input: null, actions: [], started: null, logs: [] } };
const wholeReply = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${replyText.length}\r\n\r\n${replyText}`;

function client(over: Partial<TypebotClientOptions> = {}) {
  return createTypebotClient({ egress: anyEgress(), timeoutMs: 5_000, ...over });
}

function callTo(typebotURL: string): BotCall {
  return { type: 'continue', typebotURL, typebotSessionId: 's1', message: 'Ana' };
}

/** A whole answer with its length. */
function answer(status: string, body = '', headers = ''): string {
  return `HTTP/1.1 ${status}\r\n${headers}content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}

/** Writes `text` letter by letter, one each 10 ms, until the other side goes. */
function drip(socket: net.Socket, text: string): void {
  let at = 0;
  const timer = setInterval(() => socket.write(text[at++ % text.length] ?? ''), 10);
  socket.once('close', () => clearInterval(timer));
}

test('a reply is read, from one request with the documented body and headers', async () => {
  const server = await rawServer((socket) => socket.write(wholeReply));
  expect(await client().ask(callTo(`${server.url}/viewer/`))).toEqual(replied);
  const [head = '', body] = (server.requests[0] ?? '').split('\r\n\r\n');
  const [requestLine, ...headers] = head.split('\r\n');
  expect(requestLine).toBe('POST /viewer/api/v1/sessions/s1/continueChat HTTP/1.1');
  expect(body).toBe('{"message":"Ana"}');
  expect(headers.map((header) => header.toLowerCase()).sort()).toEqual([
    'accept: application/json',
    'connection: keep-alive',
    'content-length: 17',
    'content-type: application/json',
    `host: ${server.url.slice('http://'.length)}`,
    'user-agent: typelane',
  ]);
});

test.each([
  ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', true],
  ['00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01', false],
  ['x\r\nevil: 1', false],
  ['', false],
  [null, false],
])('the trace context %j is sent on: %s', async (traceparent, isSent) => {
  const server = await rawServer((socket) => socket.write(wholeReply));
  expect(await client().ask(callTo(server.url), { traceparent })).toEqual(replied);
  const line = (server.requests[0] ?? '').split('\r\n').find((header) => header.startsWith('traceparent:'));
  expect(line).toBe(isSent ? `traceparent: ${traceparent}` : undefined);
});

test('a recorded conversation can be held again', async () => {
  const recorded = recordedExchanges().filter(
    ({ name, request, response }) => name.startsWith('wa-all.json') && response.status === 200 && !request.url.includes('?'),
  );
  const bodies: string[] = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      response.end(JSON.stringify(recorded[bodies.length]?.response.body));
      bodies.push(body);
    });
  });
  const typebotURL = `http://127.0.0.1:${await listen(server)}`;
  const typebot = client();
  for (const { request } of recorded) {
    const { prefilledVariables: variables, message = null } = Object(request.body);
    const id = request.url.split('/').at(-2) ?? '';
    const call: BotCall = request.url.endsWith('startChat')
      ? { type: 'start', typebotURL, publicId: id, variables }
      : { type: 'continue', typebotURL, typebotSessionId: id, message };
    expect(await typebot.ask(call)).toMatchObject({ type: 'replied' });
  }
  expect(recorded.length).toBeGreaterThan(10);
  expect(bodies.map((body) => JSON.parse(body))).toEqual(recorded.map(({ request }) => request.body));
});

/** What a host may do with a request it has got, and what is known then. */
const misbehaviours: [string, (socket: net.Socket) => void, unknown][] = [
  ['resets the connection', (s) => s.resetAndDestroy(), { type: 'uncertain', cause: 'connection_reset' }],
  ['closes without an answer', (s) => s.end(), { type: 'uncertain', cause: 'connection_reset' }],
  ['never answers', () => undefined, { type: 'uncertain', cause: 'timeout' }],
  [
    'drips its headers',
    (s) => drip(s, 'HTTP/1.1 200 OK\r\nx-long: aaaaaaaaaaaaaaaaaaaaaaaaaaaaa'),
    { type: 'uncertain', cause: 'timeout' },
  ],
  [
    'drips its body',
    (s) => {
      s.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n');
      drip(s, ' ');
    },
    { type: 'uncertain', cause: 'timeout' },
  ],
  [
    'sends less than it announced',
    (s) => s.end(`HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n${replyText}`),
    { type: 'uncertain', cause: 'truncated' },
  ],
  [
    'resets in the middle of the body',
    (s) => s.write(`HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n${replyText}`, () => s.resetAndDestroy()),
    { type: 'uncertain', cause: 'truncated' },
  ],
  [
    'ends in the middle of its chunks',
    (s) => s.end(`HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${replyText.length.toString(16)}\r\n${replyText}\r\n`),
    { type: 'uncertain', cause: 'truncated' },
  ],
  [
    'sends a chunk of no size',
    (s) => s.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'),
    { type: 'uncertain', cause: 'not_http' },
  ],
  ['sends bytes that are no HTTP', (s) => s.end('\u0000\u0001\u0002 220 smtp ready\r\n'), { type: 'uncertain', cause: 'not_http' }],
  ['sends endless headers', (s) => s.write(`HTTP/1.1 200 OK\r\nx: ${'a'.repeat(100_000)}`), { type: 'uncertain', cause: 'not_http' }],
  [
    'switches protocols',
    (s) => s.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
    { type: 'uncertain', cause: 'not_http' },
  ],
  [
    'says gzip and sends something else',
    (s) => s.write(answer('200 OK', 'no gzip', 'content-encoding: gzip\r\n')),
    { type: 'uncertain', cause: 'bad_encoding' },
  ],
  ['answers with nothing', (s) => s.write(answer('200 OK')), { type: 'uncertain', cause: 'not_json' }],
  ['answers 204', (s) => s.write('HTTP/1.1 204 No Content\r\n\r\n'), { type: 'uncertain', cause: 'http_204' }],
  ['answers with a page', (s) => s.write(answer('200 OK', '<html>Sign in</html>')), { type: 'uncertain', cause: 'not_json' }],
  ['answers half a JSON text until it closes', (s) => s.end('HTTP/1.1 200 OK\r\n\r\n{"mess'), { type: 'uncertain', cause: 'not_json' }],
  ['answers as another service', (s) => s.write(answer('200 OK', '{"status":"ok"}')), { type: 'uncertain', cause: 'wrong_schema' }],
  [
    'fails after it worked',
    (s) => s.write(answer('500 Oops', '{"message":"Internal server error"}')),
    { type: 'uncertain', cause: 'http_500' },
  ],
  ['stands behind a broken proxy', (s) => s.write(answer('502 Bad Gateway', '<html>')), { type: 'uncertain', cause: 'http_502' }],
  ['is slower than its proxy', (s) => s.write(answer('504 Gateway Timeout')), { type: 'uncertain', cause: 'http_504' }],
  [
    'gives up',
    (s) => s.write(answer('408 Request Timeout', '{"message":"30 seconds timeout reached"}')),
    { type: 'uncertain', cause: 'http_408' },
  ],
  ['is busy', (s) => s.write(answer('429 Too Many Requests')), { type: 'notSent', cause: 'http_429', retryAfterMs: null }],
  [
    'is down for a while',
    (s) => s.write(answer('503 Unavailable', '<html>', 'retry-after: 3\r\n')),
    { type: 'unavailable', cause: 'http_503', retryAfterMs: 3_000 },
  ],
  [
    'was up again long ago',
    (s) => s.write(answer('503 Unavailable', '', 'Retry-After: Wed, 01 Jan 2025 00:00:00 GMT\r\n')),
    { type: 'unavailable', cause: 'http_503', retryAfterMs: 0 },
  ],
  [
    'has lost the session',
    (s) => s.write(answer('404 Not Found', '{"defined":true,"code":"NOT_FOUND","status":404,"message":"Session not found."}')),
    { type: 'sessionLost', cause: 'session_not_found' },
  ],
  [
    'has lost the session, in the old dialect',
    (s) => s.write(answer('404 Not Found', '{"message":"Session not found.","code":"NOT_FOUND"}')),
    { type: 'sessionLost', cause: 'session_not_found' },
  ],
  [
    'lacks credentials',
    (s) => s.write(answer('404 Not Found', '{"code":"NOT_FOUND","message":"Credentials not found"}')),
    { type: 'refused', cause: 'bot_refused: credentials_not_found', status: 404 },
  ],
  ['knows no such path', (s) => s.write(answer('404 Not Found', 'Not found')), { type: 'refused', cause: 'http_404', status: 404 }],
  [
    'is closed',
    (s) => s.write(answer('400 Bad Request', '{"defined":true,"message":"Estamos fechados."}')),
    { type: 'refused', cause: 'http_400', status: 400 },
  ],
];

test.each(misbehaviours)('a host that %s is asked once, and the outcome says what is known', async (_case, misbehave, outcome) => {
  const server = await rawServer(misbehave);
  const startedAt = performance.now();
  expect(await client({ timeoutMs: 250 }).ask(callTo(server.url))).toEqual(outcome);
  expect(performance.now() - startedAt).toBeLessThan(1_000);
  expect(server.requests).toHaveLength(1);
});

test('a host that resets the connection as it comes is asked once', async () => {
  const server = await rawServer(
    () => undefined,
    (socket) => socket.resetAndDestroy(),
  );
  // In doubt or not: the reset may come before or after the request has been written.
  expect(await client().ask(callTo(server.url))).toMatchObject({ cause: 'connection_reset' });
  expect(server.connections).toBe(1);
});

test.each([302, 307])('a redirect %i is not followed, neither away nor in a circle', async (status) => {
  const canary = await rawServer((socket) => socket.write(wholeReply));
  for (const location of [`${canary.url}/`, '/api/v1/sessions/s1/continueChat']) {
    const server = await rawServer((socket) => socket.write(answer(`${status} Moved`, '', `location: ${location}\r\n`)));
    expect(await client().ask(callTo(server.url))).toEqual({ type: 'refused', cause: 'redirect', status });
    expect(server.requests).toHaveLength(1);
  }
  expect(canary.connections).toBe(0);
});

const megabytes = Buffer.alloc(10 * 1_048_576, 'a');
test.each([
  ['with a length', `HTTP/1.1 200 OK\r\ncontent-length: ${megabytes.length}\r\n\r\n`],
  ['without a length', 'HTTP/1.1 200 OK\r\n\r\n'],
])('10 MiB %s are too large', async (_case, head) => {
  const server = await rawServer((socket) => socket.write(Buffer.concat([Buffer.from(head), megabytes])));
  expect(await client().ask(callTo(server.url))).toEqual({ type: 'uncertain', cause: 'too_large' });
  await expect.poll(() => server.open.size).toBe(0);
});

test('an endless answer is cut off at the limit, not at the end of the time', async () => {
  const server = await rawServer((socket) => {
    const more = (error?: Error | null): unknown => error ?? socket.write(megabytes, more);
    socket.write('HTTP/1.1 200 OK\r\n\r\n', more);
  });
  expect(await client().ask(callTo(server.url))).toEqual({ type: 'uncertain', cause: 'too_large' });
  await expect.poll(() => server.open.size).toBe(0);
});

test('the limit holds for what a compressed answer unpacks to', async () => {
  const bomb = gzipSync(megabytes);
  const server = await rawServer((socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`);
    socket.write(bomb);
  });
  expect(await client().ask(callTo(server.url))).toEqual({ type: 'uncertain', cause: 'too_large' });
});

test('an answer of exactly the limit is read, in any number of pieces, compressed or with a byte order mark', async () => {
  const text = `\uFEFF${replyText}`;
  const size = Buffer.byteLength(text);
  const packed = gzipSync(text);
  const server = await rawServer((socket, count) => {
    if (count === 1) {
      socket.write(`HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: ${size}\r\n\r\n`);
      for (const byte of Buffer.from(text)) socket.write(Buffer.of(byte));
    } else {
      socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${packed.length}\r\n\r\n`);
      socket.write(packed);
    }
  });
  const typebot = client({ responseSizeMaxBytes: size });
  expect(await typebot.ask(callTo(server.url))).toEqual(replied);
  expect(await typebot.ask(callTo(server.url))).toEqual(replied);
  expect(await client({ responseSizeMaxBytes: size - 1 }).ask(callTo(server.url))).toEqual({ type: 'uncertain', cause: 'too_large' });
});

test('a port where nobody listens is notSent', async () => {
  const server = net.createServer();
  const port = await listen(server);
  server.close();
  await once(server, 'close');
  const outcome = await client().ask(callTo(`http://127.0.0.1:${port}`));
  expect(outcome).toEqual({ type: 'notSent', cause: 'connection_refused', retryAfterMs: null });
});

const lookupErrors: [string, unknown][] = [
  ['ENOTFOUND', { type: 'notSent', cause: 'dns', retryAfterMs: null }],
  ['EAI_AGAIN', { type: 'notSent', cause: 'dns', retryAfterMs: null }],
  ['EGRESS_REFUSED', { type: 'refused', cause: 'egress_refused: not_public_address', status: null }],
];
test.each(lookupErrors)('a name lookup that fails with %s sends nothing', async (code, outcome) => {
  const egress = anyEgress({
    lookup: (_host, _options, callback) => callback(Object.assign(new Error('not_public_address'), { code }), ''),
  });
  expect(await client({ egress }).ask(callTo('http://bot.example'))).toEqual(outcome);
});

test('a name lookup that hangs is notSent when the time is up', async () => {
  const egress = anyEgress({ lookup: () => undefined });
  const outcome = await client({ egress }).ask(callTo('http://bot.example'), { timeoutMs: 50 });
  expect(outcome).toEqual({ type: 'notSent', cause: 'connect_timeout', retryAfterMs: null });
});

test('an address the egress refuses is not connected to', async () => {
  const server = await rawServer((socket) => socket.write(wholeReply));
  const asked: string[] = [];
  const egress = {
    ...anyEgress(),
    check: (url: URL) => {
      asked.push(url.href);
      return { allowed: false, reason: 'not_public_address' } as const;
    },
  };
  expect(await client({ egress }).ask(callTo(server.url))).toEqual({
    type: 'refused',
    cause: 'egress_refused: not_public_address',
    status: null,
  });
  expect(asked).toEqual([`${server.url}/api/v1/sessions/s1/continueChat`]);
  expect(server.connections).toBe(0);
});

test('a call of which no address can be made is refused', async () => {
  expect(await client().ask(callTo('typebot.io'))).toEqual({ type: 'refused', cause: 'bad_address', status: null });
});

test('a call past its moment is late and opens no connection', async () => {
  const server = await rawServer((socket) => socket.write(wholeReply));
  const outcome = await client().ask(callTo(server.url), { sendBefore: performance.now() - 1 });
  expect(outcome).toEqual({ type: 'notSent', cause: 'late', retryAfterMs: null });
  expect(server.connections).toBe(0);
});

test('a call whose moment passes while it connects is late: not a byte goes out', async () => {
  const server = await rawServer((socket) => socket.write(wholeReply));
  let sendBefore = Infinity;
  const egress = anyEgress({
    lookup: (_host, _options, callback) => {
      while (performance.now() <= sendBefore);
      callback(null, [{ address: '127.0.0.1', family: 4 }]);
    },
  });
  const typebot = client({ egress });
  // Long enough that a busy machine gets as far as the lookup, which then waits for the rest.
  sendBefore = performance.now() + 500;
  const outcome = await typebot.ask(callTo(server.url.replace('127.0.0.1', 'bot.example')), { sendBefore });
  expect(outcome).toEqual({ type: 'notSent', cause: 'late', retryAfterMs: null });
  await expect.poll(() => [server.connections, server.open.size]).toEqual([1, 0]);
  expect(server.received).toBe(0);
});

test('a call whose moment passes while it waits for a connection in use is late', async () => {
  const waiting: net.Socket[] = [];
  const server = await rawServer((socket) => waiting.push(socket));
  const typebot = client({ egress: anyEgress({ maxSockets: 1 }) });
  const first = typebot.ask(callTo(server.url));
  await expect.poll(() => server.requests.length).toBe(1);
  const sendBefore = performance.now() + 20;
  const second = typebot.ask(callTo(server.url), { sendBefore });
  await expect.poll(() => performance.now() > sendBefore).toBe(true);
  waiting[0]?.write(wholeReply);
  expect(await first).toEqual(replied);
  expect(await second).toEqual({ type: 'notSent', cause: 'late', retryAfterMs: null });
  expect(server.requests).toHaveLength(1);
});

test('a call that gets no connection in time is notSent', async () => {
  const server = await rawServer(() => undefined);
  const typebot = client({ egress: anyEgress({ maxSockets: 1 }) });
  const first = typebot.ask(callTo(server.url), { timeoutMs: 300 });
  await expect.poll(() => server.requests.length).toBe(1);
  const outcome = await typebot.ask(callTo(server.url), { timeoutMs: 50 });
  expect(outcome).toEqual({ type: 'notSent', cause: 'connect_timeout', retryAfterMs: null });
  expect(await first).toEqual({ type: 'uncertain', cause: 'timeout' });
  expect(server.requests).toHaveLength(1);
});

test('a connection is used again, and a new one opened when the host has closed it meanwhile', async () => {
  const server = await rawServer((socket) => socket.write(wholeReply));
  const typebot = client();
  await typebot.ask(callTo(server.url));
  expect(await typebot.ask(callTo(server.url))).toEqual(replied);
  expect(server.connections).toBe(1);
  for (const socket of server.open) socket.end();
  await expect.poll(() => server.open.size).toBe(0);
  expect(await typebot.ask(callTo(server.url))).toEqual(replied);
  expect(server.connections).toBe(2);
});

test('a used connection that breaks under a request leaves us in doubt: the request is not made again', async () => {
  const server = await rawServer((socket, count) => (count === 1 ? socket.write(wholeReply) : socket.resetAndDestroy()));
  const typebot = client();
  expect(await typebot.ask(callTo(server.url))).toEqual(replied);
  expect(await typebot.ask(callTo(server.url))).toEqual({ type: 'uncertain', cause: 'connection_reset' });
  expect(server.requests).toHaveLength(2);
});

test('a slow answer outlives the idle limit of the agent', async () => {
  const server = await rawServer((socket) => setTimeout(() => socket.write(wholeReply), 200));
  expect(await client({ egress: anyEgress({ timeout: 50 }) }).ask(callTo(server.url))).toEqual(replied);
});

test('a host that switches protocols keeps no connection of ours', async () => {
  const server = await rawServer((s) => s.write('HTTP/1.1 101 Hi\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n'));
  await client().ask(callTo(server.url));
  await expect.poll(() => server.open.size).toBe(0);
});

test('an answer that comes after the time was up changes nothing', async () => {
  const waiting: net.Socket[] = [];
  const server = await rawServer((socket) => waiting.push(socket));
  expect(await client({ timeoutMs: 50 }).ask(callTo(server.url))).toEqual({ type: 'uncertain', cause: 'timeout' });
  waiting[0]?.write(wholeReply);
  await expect.poll(() => server.open.size).toBe(0);
});

test('a cookie is not kept', async () => {
  const server = await rawServer((socket) => socket.write(answer('200 OK', replyText, 'set-cookie: id=1\r\n')));
  const typebot = client();
  await typebot.ask(callTo(server.url));
  await typebot.ask(callTo(server.url));
  expect(server.requests[1]?.toLowerCase()).not.toContain('cookie');
});

test('a signal ends a call: in doubt when the request was out, notSent before', async () => {
  const server = await rawServer(() => undefined);
  const controller = new AbortController();
  const asked = client().ask(callTo(server.url), { signal: controller.signal });
  await expect.poll(() => server.requests.length).toBe(1);
  controller.abort();
  expect(await asked).toEqual({ type: 'uncertain', cause: 'aborted' });
  const outcome = await client().ask(callTo(server.url), { signal: controller.signal });
  expect(outcome).toEqual({ type: 'notSent', cause: 'aborted', retryAfterMs: null });
  expect(server.requests).toHaveLength(1);
});

test('closing the client ends the calls under way and those to come', async () => {
  const server = await rawServer(() => undefined);
  const typebot = client();
  const asked = typebot.ask(callTo(server.url));
  await expect.poll(() => server.requests.length).toBe(1);
  typebot.close();
  expect(await asked).toEqual({ type: 'uncertain', cause: 'aborted' });
  expect(await typebot.ask(callTo(server.url))).toEqual({ type: 'notSent', cause: 'aborted', retryAfterMs: null });
});

test('hundreds of calls at once each get their own answer', async () => {
  const server = http.createServer((request, response) => {
    const id = request.url?.split('/').at(-2);
    request.resume();
    request.on('end', () => response.end(JSON.stringify({ messages: [{ id, type: 'text', content: {} }] })));
  });
  const typebotURL = `http://127.0.0.1:${await listen(server)}`;
  const typebot = client();
  const ids = Array.from({ length: 300 }, (_, index) => `s${index}`);
  const outcomes = await Promise.all(
    ids.map((typebotSessionId) => typebot.ask({ type: 'continue', typebotURL, typebotSessionId, message: 'Ana' })),
  );
  expect(outcomes.map((outcome) => (outcome.type === 'replied' ? outcome.reply.bubbles[0]?.id : outcome))).toEqual(ids);
});

/** A shared secret instead of certificates: the handshake fails when the two sides hold different ones. */
function psk(secret: string) {
  const common = { ciphers: 'PSK', minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' } as const;
  const key = Buffer.from(secret);
  return {
    server: { ...common, pskCallback: () => key },
    agent: { ...common, pskCallback: () => ({ psk: key, identity: 'typelane' }), checkServerIdentity: () => undefined },
  };
}

async function tlsServer(secret: string, answerTo: (socket: tls.TLSSocket) => void): Promise<{ url: string; requests: number }> {
  const seen = { url: '', requests: 0 };
  const server = tls.createServer(psk(secret).server, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => {
      seen.requests += 1;
      answerTo(socket);
    });
  });
  seen.url = `https://127.0.0.1:${await listen(server)}`;
  return seen;
}

test('a reply comes over TLS, and a break after the handshake leaves us in doubt', async () => {
  const good = await tlsServer('s1', (socket) => socket.end(wholeReply));
  const bad = await tlsServer('s1', (socket) => socket.destroy());
  const typebot = client({ egress: anyEgress(psk('s1').agent) });
  expect(await typebot.ask(callTo(good.url))).toEqual(replied);
  expect(await typebot.ask(callTo(bad.url))).toEqual({ type: 'uncertain', cause: 'connection_reset' });
});

test('a TLS handshake that fails is notSent', async () => {
  const server = await tlsServer('s1', (socket) => socket.end(wholeReply));
  const typebot = client({ egress: anyEgress(psk('s2').agent) });
  expect(await typebot.ask(callTo(server.url))).toEqual({ type: 'notSent', cause: 'tls', retryAfterMs: null });
  expect(server.requests).toBe(0);
});

test.each([
  ['speaks plain HTTP', (socket: net.Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), 'tls'],
  ['closes', (socket: net.Socket) => socket.end(), 'connection_reset'],
  ['resets', (socket: net.Socket) => socket.resetAndDestroy(), 'connection_reset'],
])('a host that %s instead of shaking hands has not got the request', async (_case, misbehave, cause) => {
  const server = await rawServer(
    () => undefined,
    (socket) => socket.once('data', () => misbehave(socket)),
  );
  const outcome = await client().ask(callTo(server.url.replace('http:', 'https:')));
  expect(outcome).toEqual({ type: 'notSent', cause, retryAfterMs: null });
});

test('a host that never finishes the handshake has not got the request', async () => {
  const server = await rawServer(() => undefined);
  const outcome = await client({ timeoutMs: 100 }).ask(callTo(server.url.replace('http:', 'https:')));
  expect(outcome).toEqual({ type: 'notSent', cause: 'connect_timeout', retryAfterMs: null });
});
