import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import type { InboundEvent } from '@typelane/core';
import { connect, findMedia } from '@typelane/db';
import { createEgress, createLog, mediaEnv, readEnv } from '@typelane/runtime';
import { inboundEvent } from '@typelane/testkit';
import { databaseForTest } from '@typelane/testkit/vitest';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { createFairLimiter } from './fair-limiter.ts';
import { openMediaPorts } from './media-ports.ts';
import { createRemoveExpired } from './remove-expired.ts';
import { type MediaToStore, storeMedia } from './store-media.ts';
import { extractMedia } from './extract-media.ts';

const testDatabase = await databaseForTest();
const database = connect(testDatabase.url, { connectionsMax: 4 });
const folder = mkdtempSync(join(tmpdir(), 'typelane-worker-media-'));
const lines: string[] = [];
const log = createLog('debug', { write: (line: string) => void lines.push(line) });

/** What the gateway's server answers, by path. */
const answers = new Map<string, (request: IncomingMessage, response: ServerResponse) => void>();
const asked: string[] = [];
const server = createServer((request, response) => {
  const [path = ''] = (request.url ?? '').split('?');
  asked.push(path);
  const answer = answers.get(path);
  if (answer) answer(request, response);
  else response.writeHead(404).end();
});
await once(server.listen(0, '127.0.0.1'), 'listening');
const { port } = server.address() as { port: number };
const host = `http://127.0.0.1:${port}`;
const egress = createEgress({ allow: [`127.0.0.1:${port}`] });
const env = {
  SECRET_KEY: '7be19c03d5a84f26b0c9d8e7f6a5b413',
  PUBLIC_URL: 'https://bots.example.com',
  MEDIA_DIR: folder,
  MEDIA_MAX_MB: '1',
};
const ports = openMediaPorts(readEnv(mediaEnv, env), { database, egress, log });

afterAll(async () => {
  egress.close();
  server.closeAllConnections();
  server.close();
  await database.close();
  await testDatabase.drop();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(() => {
  asked.length = 0;
  lines.length = 0;
});

const from = (source: MediaToStore['source'], more: Partial<MediaToStore> = {}): MediaToStore => ({
  instanceId: 'instance-1',
  conversationId: randomUUID(),
  keyId: randomUUID(),
  fromMe: false,
  kind: 'image',
  source,
  fileName: null,
  mimeType: null,
  ...more,
});
const at = (url: string, more: Partial<MediaToStore> = {}) => from({ type: 'url', url }, more);
const png = randomBytes(3_000);
const sheet = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

function serve(path: string, bytes: Buffer, type = 'image/png'): string {
  answers.set(path, (_request, response) => response.writeHead(200, { 'content-type': type }).end(bytes));
  return `${host}${path}`;
}

async function bytesOf(mediaId: string): Promise<Buffer | null> {
  const opened = await ports.store.open(mediaId);
  return opened && buffer(opened.stream);
}

test('a file behind an address that expires is kept under one that does not', async () => {
  const wanted = at(`${serve('/signed/123', png)}?Expires=300&Signature=x`);
  const stored = await storeMedia(ports, wanted);
  expect(stored).toMatchObject({ fileName: 'image.png', mimeType: 'image/png', sizeBytes: 3_000 });
  expect(stored?.url).toMatch(/^https:\/\/bots\.example\.com\/media\/[0-9a-f-]{36}\/[0-9a-f]{64}\/image\.png$/);
  expect(await bytesOf(stored?.mediaId ?? '')).toEqual(png);
  expect(await findMedia(database, stored?.mediaId ?? '')).toMatchObject({
    instanceId: 'instance-1',
    conversationId: wanted.conversationId,
    sizeBytes: 3_000,
  });
});

test('asked again for the same message it gives the same, and fetches nothing', async () => {
  const wanted = at(serve('/once', png));
  const first = await storeMedia(ports, wanted);
  answers.delete('/once');
  expect(await storeMedia(ports, wanted)).toEqual(first);
  expect(asked).toEqual(['/once']);
  for (const other of [{ keyId: 'other' }, { conversationId: randomUUID() }, { instanceId: 'other' }, { fromMe: true }])
    expect(await storeMedia(ports, { ...wanted, ...other })).toBeNull();
});

test('two processes at once keep one file', async () => {
  const wanted = at(serve('/both', png));
  const [one, other] = await Promise.all([storeMedia(ports, wanted), storeMedia(ports, wanted)]);
  expect(one).toEqual(other);
  expect(await bytesOf(one?.mediaId ?? '')).toEqual(png);
});

test('credentials in an address are shown to its host, and not to the one it sends us to', async () => {
  const shown: (string | undefined)[] = [];
  answers.set('/private', ({ headers }, response) => {
    shown.push(headers.authorization);
    response.writeHead(302, { location: '/open' }).end();
  });
  answers.set('/open', ({ headers }, response) => {
    shown.push(headers.authorization);
    response.writeHead(200, { 'content-type': 'image/png' }).end(png);
  });
  expect(await storeMedia(ports, at(`http://ana:s%40crt@127.0.0.1:${port}/private`))).toMatchObject({ sizeBytes: 3_000 });
  expect(shown).toEqual([`Basic ${Buffer.from('ana:s@crt').toString('base64')}`, undefined]);
});

test.each<[string, (response: ServerResponse) => void, string]>([
  ['a host that is not public', (r) => r.writeHead(302, { location: 'http://127.0.0.1:1/x' }).end(), 'egress_not_public_address'],
  ['the metadata service', (r) => r.writeHead(307, { location: 'http://169.254.169.254/latest' }).end(), 'egress_not_public_address'],
  ['a socket', (r) => r.writeHead(302, { location: 'http://unix:/var/run/docker.sock:/x' }).end(), 'egress_local_name'],
  ['a file', (r) => r.writeHead(302, { location: 'file:///etc/passwd' }).end(), 'egress_not_http'],
  ['itself, again and again', (r) => r.writeHead(302, { location: '/refused' }).end(), 'too_many_redirects'],
  ['nothing', (r) => r.writeHead(404).end(), 'status_404'],
  ['a login page', (r) => r.writeHead(200, { 'content-type': 'text/html' }).end('<form>'), 'not_media'],
  ['more than a file may have', (r) => r.writeHead(200, { 'content-length': 2_000_000 }).end(Buffer.alloc(2_000_000)), 'too_large'],
  ['more, without saying so', (r) => void r.writeHead(200).end(Buffer.alloc(2_000_000)), 'too_large'],
  ['no byte', (r) => r.writeHead(200).end(), 'empty'],
  ['half a file', (r) => void r.writeHead(200, { 'content-length': 100 }).write('x', () => r.destroy()), 'store_failed'],
])('an address that leads to %s gives no file, and the log says why', async (_what, answer, reason) => {
  answers.set('/refused', (_request, response) => answer(response));
  const wanted = at(`${host}/refused`);
  expect(await storeMedia(ports, wanted)).toBeNull();
  const line = lines.map((text) => JSON.parse(text)).find(({ msg }) => msg === 'media.failed');
  expect(line).toMatchObject({ reason, conversationId: wanted.conversationId });
  expect(lines.join('')).not.toContain('/refused');
  // What was begun is found when the host has come to its senses.
  serve('/refused', png);
  expect(await storeMedia(ports, wanted)).toMatchObject({ sizeBytes: 3_000 });
});

test.each(['http://127.0.0.1:1/x.png', 'http://localhost/x', 'file:///etc/passwd', 'nonsense'])('%s is never asked', async (url) => {
  expect(await storeMedia(ports, at(url))).toBeNull();
});

test.each<[Partial<MediaToStore>, string, string, string]>([
  [{ kind: 'audio', mimeType: 'audio/ogg; codecs=opus' }, 'application/octet-stream', 'audio.ogg', 'audio/ogg'],
  [{ kind: 'audio' }, 'application/octet-stream', 'audio.ogg', 'audio/ogg'],
  [{ kind: 'document', fileName: 'Notas 2024.xlsx' }, 'application/octet-stream', 'Notas-2024.xlsx', sheet],
  [{ kind: 'document' }, 'application/pdf', 'file.pdf', 'application/pdf'],
  [{ kind: 'document' }, 'text/html', 'file.html', 'text/html'],
  [{ kind: 'sticker' }, 'image/webp', 'sticker.webp', 'image/webp'],
])('%j, served as %s, is called %s', async (more, type, fileName, mimeType) => {
  expect(await storeMedia(ports, at(serve('/named', png, type), more))).toMatchObject({ fileName, mimeType });
});

test('what a gateway uploaded is known by its address and not fetched', async () => {
  const uploaded = await storeMedia(ports, at(serve('/uploaded', png)));
  asked.length = 0;
  expect(await storeMedia(ports, at(uploaded?.url ?? ''))).toEqual(uploaded);
  expect(asked).toEqual([]);
  await removeAll();
  expect(await storeMedia(ports, at(uploaded?.url ?? ''))).toBeNull();
});

async function removeAll(): Promise<void> {
  await database.sql`update media set expires_at = now() - interval '1 second'`;
  while ((await createRemoveExpired(ports)()) > 0);
}

test('files whose time is over are removed, bytes and record, and no others', async () => {
  await removeAll();
  const [old, young] = await Promise.all([storeMedia(ports, at(serve('/a', png))), storeMedia(ports, at(serve('/b', png)))]);
  await database.sql`update media set expires_at = now() - interval '1 second' where media_id = ${old?.mediaId ?? ''}`;
  expect(await createRemoveExpired(ports)()).toBe(1);
  expect(await createRemoveExpired(ports)()).toBe(0);
  expect(await bytesOf(old?.mediaId ?? '')).toBeNull();
  expect(await bytesOf(young?.mediaId ?? '')).toEqual(png);
  expect(await database.sql`select media_id from media`).toHaveLength(1);
});

test('while the store cannot remove a file, its record stays', async () => {
  await removeAll();
  await storeMedia(ports, at(serve('/stuck', png)));
  await database.sql`update media set expires_at = now() - interval '1 second'`;
  const stuck = { ...ports.store, remove: () => Promise.reject(new Error('away')) };
  await expect(createRemoveExpired({ ...ports, store: stuck })()).rejects.toThrow('could not be removed');
  expect(await database.sql`select from media`).toHaveLength(1);
  expect(await createRemoveExpired(ports)()).toBe(1);
});

const arrivalOf = (content: Record<string, unknown>, contentType = 'image') => {
  const event = inboundEvent({ instanceId: 'instance-1', jid: '5531999990000@s.whatsapp.net' }, contentType, content);
  const names = { conversationId: randomUUID(), instanceId: 'instance-1', jid: event.data.keyRemoteJid, keyId: event.data.keyId };
  return { ...names, kind: 'message' as const, fromMe: false, messageId: 'm', event, holdsReplies: false };
};
const contentOf = (arrival: { event: unknown } | undefined) => (arrival?.event as InboundEvent | undefined)?.data.content;

test('files leave their events at the door, in order, and doing it again changes nothing', async () => {
  const arrivals = [
    arrivalOf({ text: 'hello' }, 'text'),
    arrivalOf({ base64: png.toString('base64'), mimetype: 'image/png', caption: 'look' }),
    arrivalOf({ url: 'https://example.com/x.png' }),
    arrivalOf({ base64: 'not base64!', mimetype: 'image/png' }),
    arrivalOf({ base64: '' }),
  ];
  const taken = await extractMedia(arrivals, ports);
  expect(taken.map(({ keyId }) => keyId)).toEqual(arrivals.map(({ keyId }) => keyId));
  expect(taken[0]).toBe(arrivals[0]);
  expect(contentOf(taken[1])).toEqual({ mimetype: 'image/png', caption: 'look', mediaUrl: expect.stringMatching(/\/image\.png$/) });
  expect(taken[2]).toBe(arrivals[2]);
  expect(contentOf(taken[3])).toEqual({ mimetype: 'image/png', mediaError: 'not_base64' });
  expect(contentOf(taken[4])).toEqual({ mediaError: 'empty' });
  expect(await extractMedia(arrivals, ports)).toEqual(taken);
});

test('a store that fails, or hangs, costs the file and never the message', async () => {
  const broken = { ...ports, store: { ...ports.store, put: () => Promise.reject(new Error('disk full')) } };
  const [lost] = await extractMedia([arrivalOf({ base64: png.toString('base64') })], broken);
  expect(contentOf(lost)).toEqual({ mediaError: 'store_failed' });
});

test('a store that hangs costs neither the file nor the message, and nobody waits for it twice', async () => {
  const stuck = Promise.withResolvers<void>();
  const put: typeof ports.store.put = (...file) => stuck.promise.then(() => ports.store.put(...file));
  const room = { inlineRoom: createFairLimiter(ports.inlineLimits) };
  const hung = { ...ports, ...room, store: { ...ports.store, put } };
  const many = () => Array.from({ length: 20 }, () => arrivalOf({ base64: png.toString('base64'), mimetype: 'image/png' }));
  const first = many();
  expect(await extractMedia(first, hung, 50)).toEqual(first);
  const second = many();
  // Without a limit of time: what had no room would hold it for good.
  expect(await extractMedia(second, hung, 2 ** 31 - 1)).toEqual(second);
  const other = { ...arrivalOf({ base64: png.toString('base64'), mimetype: 'image/png' }), instanceId: 'instance-2' };
  const [storedBeside] = await extractMedia([...many(), other], { ...ports, ...room }, 10_000).then((taken) => taken.slice(-1));
  expect(contentOf(storedBeside)?.['mediaUrl']).toMatch(/\.png$/);
  stuck.resolve();
});

test('while the database is away no file is given up', async () => {
  const away = connect('postgres://nobody@127.0.0.1:1/none', { connectionsMax: 1 });
  const arrivals = [arrivalOf({ base64: png.toString('base64') })];
  await expect(extractMedia(arrivals, { ...ports, database: away })).rejects.toThrow('ECONNREFUSED');
  await away.close();
});

test('what no database can store is no reason to stop the door', async () => {
  const arrival = { ...arrivalOf({ base64: png.toString('base64'), fileName: 'a\u0000b.png' }), instanceId: 'a\u0000b' };
  const [taken] = await extractMedia([arrival], ports);
  expect(contentOf(taken)?.['mediaUrl']).toMatch(/\.png$/);
});
