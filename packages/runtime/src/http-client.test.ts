import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, test } from 'vitest';
import { createEgress } from './egress.ts';
import { createHttpClient, type HttpClient, type HttpLimits } from './http-client.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

type Host = { port: number; heard: { method: string; headers: IncomingMessage['headers']; body: string }[]; sockets: Set<Socket> };

/** A host on 127.0.0.1. */
async function startHost(answer: (response: ServerResponse, request: IncomingMessage) => void): Promise<Host> {
  const host: Host = { port: 0, heard: [], sockets: new Set() };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      host.heard.push({ method: request.method ?? '', headers: request.headers, body });
      answer(response, request);
    });
  });
  server.on('connection', (socket) => {
    host.sockets.add(socket);
    socket.on('close', () => host.sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => (server.closeAllConnections(), server.close()));
  host.port = (server.address() as AddressInfo).port;
  return host;
}

/** A client for which `allow` is trusted, and names resolve to what `resolve` gives. */
function clientFor(allow: string[], resolve: (host: string) => Promise<string[]> = async () => ['127.0.0.1']): HttpClient {
  const egress = createEgress({ allow, resolve });
  closers.push(() => egress.close());
  return createHttpClient(egress, { headers: { accept: 'application/json' } });
}

const limits: HttpLimits = { timeoutMs: 20_000, bodySizeBytesMax: 1_000 };
const urlOf = (host: Host, path = '/') => new URL(`http://127.0.0.1:${host.port}${path}`);
const allowed = (host: Host) => clientFor([`127.0.0.1:${host.port}`]);

async function textOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('a request goes out as it is given, and its whole answer is told', async () => {
  const host = await startHost((response) => response.writeHead(201, { 'retry-after': '7' }).end('hello'));
  const http = allowed(host);
  const evidence = await http.exchange({ url: urlOf(host, '/a?b=c'), body: '{}', headers: { traceparent: 't' } }, limits);
  expect(evidence).toEqual({ handedOver: true, status: 201, retryAfter: '7', text: 'hello', failure: null });
  await http.exchange({ url: urlOf(host), body: null }, limits);
  const bytes = new Uint8Array([0x61, 0x62]);
  await http.exchange({ url: urlOf(host), body: bytes, headers: { 'content-type': 'audio/ogg', accept: '*/*' } }, limits);
  expect(host.heard).toEqual([
    {
      method: 'POST',
      headers: {
        accept: 'application/json',
        connection: 'keep-alive',
        'content-length': '2',
        'content-type': 'application/json',
        host: `127.0.0.1:${host.port}`,
        traceparent: 't',
        'user-agent': 'typelane',
      },
      body: '{}',
    },
    { method: 'GET', headers: expect.not.objectContaining({ 'content-type': expect.anything() }), body: '' },
    { method: 'POST', headers: expect.objectContaining({ 'content-type': 'audio/ogg', accept: '*/*', 'content-length': '2' }), body: 'ab' },
  ]);
  expect(host.sockets.size).toBe(1);
});

test.each([
  ['http://127.0.0.1:1/', 'not_public_address'],
  ['http://2130706433/', 'not_public_address'],
  ['http://[::ffff:10.0.0.1]/', 'not_public_address'],
  ['http://169.254.169.254/latest', 'not_public_address'],
  ['http://localhost/', 'local_name'],
  ['file:///etc/passwd', 'not_http'],
  ['http://user:word@example.com/', 'credentials_in_url'],
])('%s is refused before anything is looked up or connected', async (address, reason) => {
  const looked: string[] = [];
  const client = clientFor([], async (host) => (looked.push(host), ['1.1.1.1']));
  const failure = { code: 'EGRESS_REFUSED', message: reason };
  const request = { url: new URL(address), body: null };
  expect(await client.exchange(request, limits)).toMatchObject({ handedOver: false, status: null, failure });
  expect(await client.open(request, limits)).toEqual({ type: 'failed', failure });
  expect(looked).toEqual([]);
});

test('a name of which one address is private is refused at connect', async () => {
  const host = await startHost((response) => response.end());
  const client = clientFor([], async () => ['1.1.1.1', '127.0.0.1']);
  const request = { url: new URL(`http://rebound.example:${host.port}/`), body: null };
  const failure = { code: 'EGRESS_REFUSED', message: 'not_public_address' };
  expect(await client.exchange(request, limits)).toMatchObject({ handedOver: false, failure });
  expect(await client.open(request, limits)).toEqual({ type: 'failed', failure });
  expect(host.heard).toEqual([]);
});

test('a redirect is an answer, and is not followed', async () => {
  const host = await startHost((response) => response.writeHead(302, { location: '/elsewhere' }).end());
  const http = allowed(host);
  expect(await http.exchange({ url: urlOf(host), body: '{}' }, limits)).toMatchObject({ status: 302, failure: null });
  expect(await http.open({ url: urlOf(host), body: null }, limits)).toMatchObject({ status: 302, headers: { location: '/elsewhere' } });
  expect(host.heard).toHaveLength(2);
});

test('a proxy named by the environment is not asked, and an error status is not asked again', async () => {
  const proxy = await startHost((response) => response.end('proxy'));
  const host = await startHost((response) => response.writeHead(503).end('busy'));
  const before = { ...process.env };
  Object.assign(process.env, {
    HTTP_PROXY: `http://127.0.0.1:${proxy.port}`,
    http_proxy: `http://127.0.0.1:${proxy.port}`,
    NODE_USE_ENV_PROXY: '1',
  });
  try {
    expect(await allowed(host).exchange({ url: urlOf(host), body: '{}' }, limits)).toMatchObject({ status: 503, text: 'busy' });
  } finally {
    process.env = before;
  }
  expect({ proxy: proxy.heard.length, host: host.heard.length }).toEqual({ proxy: 0, host: 1 });
});

test('the deadline holds for the headers and for a body that drips, and the connection goes', { timeout: 30_000 }, async () => {
  const mute = await startHost(() => undefined);
  const short = { ...limits, timeoutMs: 100 };
  const failure = { code: 'TIMEOUT', message: '' };
  expect(await allowed(mute).exchange({ url: urlOf(mute), body: '{}' }, short)).toMatchObject({ status: null, failure });
  expect(await allowed(mute).open({ url: urlOf(mute), body: '{}' }, short)).toEqual({ type: 'failed', failure });
  const dripping = await startHost((response) => response.write('a'));
  expect(await allowed(dripping).exchange({ url: urlOf(dripping), body: '{}' }, { ...limits, timeoutMs: 2_000 })).toMatchObject({
    text: null,
    failure,
  });
  const opened = await allowed(dripping).open({ url: urlOf(dripping), body: null }, { ...limits, timeoutMs: 2_000 });
  if (opened.type === 'failed') throw new Error(opened.failure.code);
  await expect(textOf(opened.body)).rejects.toMatchObject({ code: 'TIMEOUT' });
  await expect.poll(() => mute.sockets.size + dripping.sockets.size).toBe(0);
});

test('a body larger than its limit is cut off, as it comes and as it unpacks', async () => {
  const large = await startHost((response) => response.end('a'.repeat(1_001)));
  expect(await allowed(large).exchange({ url: urlOf(large), body: '{}' }, limits)).toMatchObject({
    text: null,
    failure: { code: 'TOO_LARGE' },
  });
  const opened = await allowed(large).open({ url: urlOf(large), body: null }, limits);
  if (opened.type === 'failed') throw new Error(opened.failure.code);
  await expect(textOf(opened.body)).rejects.toMatchObject({ code: 'TOO_LARGE' });
  const bomb = await startHost((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('a'.repeat(1_001))));
  expect(await allowed(bomb).exchange({ url: urlOf(bomb), body: '{}' }, limits)).toMatchObject({ failure: { code: 'TOO_LARGE' } });
  const right = await startHost((response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('a'.repeat(1_000))));
  expect((await allowed(right).exchange({ url: urlOf(right), body: '{}' }, limits)).text).toHaveLength(1_000);
});

test('a body that is opened is read in pieces, discarded, or broken off unread', async () => {
  const host = await startHost((response, { url }) => (url === '/endless' ? void response.write('a') : response.end('hello')));
  const http = allowed(host);
  const open = async (path: string) => {
    const opened = await http.open({ url: urlOf(host, path), body: null }, limits);
    if (opened.type === 'failed') throw new Error(opened.failure.code);
    return opened;
  };
  expect(await textOf((await open('/')).body)).toBe('hello');
  (await open('/')).discard();
  await expect.poll(() => host.sockets.size).toBe(1);
  const unread = await open('/endless');
  await unread.body[Symbol.asyncIterator]().return?.();
  await expect.poll(() => host.sockets.size).toBeLessThanOrEqual(1);
});

test('after its time nothing is sent, and what is under way can be ended', async () => {
  const mute = await startHost(() => undefined);
  const http = allowed(mute);
  const late = await http.exchange({ url: urlOf(mute), body: '{}' }, { ...limits, sendBefore: performance.now() - 1 });
  expect(late).toMatchObject({ handedOver: false, failure: { code: 'LATE' } });
  const leaving = new AbortController();
  const first = http.exchange({ url: urlOf(mute), body: '1' }, { ...limits, signal: leaving.signal });
  const second = http.exchange({ url: urlOf(mute), body: '2' }, limits);
  await expect.poll(() => mute.heard.length).toBe(2);
  leaving.abort();
  expect(await first).toMatchObject({ handedOver: true, failure: { code: 'ABORTED' } });
  http.abort();
  expect(await second).toMatchObject({ handedOver: true, failure: { code: 'ABORTED' } });
});
