import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import { Readable } from 'node:stream';
import { waitUntil } from '@typelane/testkit';
import { afterAll, expect, test } from 'vitest';
import { createApp } from '../src/index.ts';
import { mediaSizeBytesMax, operatorToken, publicUrl, startTestApi } from './support/api.ts';
import { createTenant } from './support/tenants.ts';

const api = await startTestApi();
afterAll(() => api.stop());

const tenant = await createTenant(api, 'media');
const stranger = await createTenant(api, 'stranger');
const uploads = (instanceId: string): string => `/api/v2/instance/${encodeURIComponent(instanceId)}/media`;

async function upload(bytes: Buffer | Readable, type: string, { fileName, header }: { fileName?: string; header?: string } = {}) {
  const query = fileName === undefined ? '' : `?fileName=${encodeURIComponent(fileName)}`;
  return api.ask('POST', `${uploads(tenant.instanceId)}${query}`, {
    token: tenant.tokens.instance,
    bytes,
    headers: { 'content-type': type, ...(header !== undefined && { 'x-file-name': header }) },
  });
}

const pathOf = (url: string): string => url.slice(publicUrl.length);
const open = (path: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') =>
  api.ask(method, path, { token: null, headers });

test('a gateway uploads a voice note, and anyone with its address can play it', async () => {
  const bytes = randomBytes(5_000);
  const { status, body } = await upload(bytes, 'audio/ogg; codecs=opus');
  expect(status).toBe(201);
  expect(body).toEqual({
    mediaId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    url: expect.stringMatching(/^https:\/\/bots\.example\.com\/media\/[0-9a-f-]{36}\/[0-9a-f]{64}\/audio\.ogg$/),
    fileName: 'audio.ogg',
    mimeType: 'audio/ogg',
    sizeBytes: 5_000,
    expiresAt: expect.stringMatching(/Z$/),
  });
  const days = (Date.parse(body.expiresAt) - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(29.9);
  expect(days).toBeLessThan(30.1);
  const opened = await open(pathOf(body.url));
  expect(opened.status).toBe(200);
  expect(opened.bytes.equals(bytes)).toBe(true);
  expect(opened.headers).toMatchObject({
    'content-type': 'audio/ogg',
    'content-length': '5000',
    'content-disposition': "inline; filename*=UTF-8''audio.ogg",
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'accept-ranges': 'bytes',
  });
});

test.each([
  [{ fileName: 'Relatório de ação.pdf' }, 'application/pdf', 'Relatório-de-ação.pdf', 'application/pdf'],
  [{ header: 'Relat%C3%B3rio.pdf' }, 'application/pdf', 'Relatório.pdf', 'application/pdf'],
  [{ header: '100%.pdf' }, 'application/pdf', '100.pdf', 'application/pdf'],
  [{ fileName: 'photo.JPG' }, 'application/octet-stream', 'photo.jpg', 'image/jpeg'],
  [{ fileName: '../../x' }, 'text/plain', 'x.txt', 'text/plain'],
  [{}, 'application/octet-stream', 'file.bin', 'application/octet-stream'],
  [{}, 'IMAGE/PNG', 'image.png', 'image/png'],
])('the name %j and the type %s make the file %s', async (name, type, fileName, mimeType) => {
  const { status, body } = await upload(Buffer.from('bytes'), type, name);
  expect({ status, ...body }).toMatchObject({ status: 201, fileName, mimeType });
  expect((await open(pathOf(body.url))).text).toBe('bytes');
});

test.each(['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/javascript'])('no browser runs a file of type %s', async (type) => {
  const { body } = await upload(Buffer.from('<script>alert(1)</script>'), type, { fileName: 'page.html' });
  const { headers } = await open(pathOf(body.url));
  expect(headers['content-type']).toBe('application/octet-stream');
  expect(headers['content-disposition']).toMatch(/^attachment;/);
  expect(headers['x-content-type-options']).toBe('nosniff');
});

test.each([
  ['bytes=0-3', 206, '0123', 'bytes 0-3/10'],
  ['bytes=7-', 206, '789', 'bytes 7-9/10'],
  ['bytes=-2', 206, '89', 'bytes 8-9/10'],
  ['bytes=0-1,4-5', 200, '0123456789', undefined],
])('a player that asks for %s gets %i and that part', async (range, status, text, contentRange) => {
  const { body } = await upload(Buffer.from('0123456789'), 'audio/mpeg');
  const part = await open(pathOf(body.url), { range });
  expect({ status: part.status, text: part.text, contentRange: part.headers['content-range'] }).toEqual({ status, text, contentRange });
  expect(part.headers['content-length']).toBe(String(text.length));
});

test('a part behind the end is refused with the length', async () => {
  const { body } = await upload(Buffer.from('0123456789'), 'audio/mpeg');
  const answer = await open(pathOf(body.url), { range: 'bytes=10-' });
  expect(answer).toMatchObject({ status: 416, body: { code: 'RANGE_NOT_SATISFIABLE' } });
  expect(answer.headers['content-range']).toBe('bytes */10');
});

test('a part is given only of the file that the player knows', async () => {
  const { body } = await upload(Buffer.from('0123456789'), 'audio/mpeg');
  const { etag } = (await open(pathOf(body.url))).headers;
  expect((await open(pathOf(body.url), { range: 'bytes=0-1', 'if-range': String(etag) })).status).toBe(206);
  expect((await open(pathOf(body.url), { range: 'bytes=0-1', 'if-range': '"another"' })).status).toBe(200);
});

test('HEAD tells what GET would, without the bytes', async () => {
  const { body } = await upload(Buffer.from('0123456789'), 'image/png');
  const head = await open(pathOf(body.url), {}, 'HEAD');
  expect(head.status).toBe(200);
  expect(head.bytes).toHaveLength(0);
  expect(head.headers).toMatchObject({ 'content-length': '10', 'content-type': 'image/png', 'accept-ranges': 'bytes' });
});

test('whatever is wrong with an address, the answer is the same', async () => {
  const { body } = await upload(Buffer.from('mine'), 'image/png');
  const other = (await upload(Buffer.from('other'), 'image/png')).body;
  const [, , mediaId = '', signature = '', fileName = ''] = pathOf(body.url).split('/');
  const gone = (await upload(Buffer.from('gone'), 'image/png')).body;
  await api.context.media.store.remove([gone.mediaId]);
  const expired = (await upload(Buffer.from('expired'), 'image/png')).body;
  await api.database.sql`update media set expires_at = now() - interval '1 second' where media_id = ${expired.mediaId}`;
  const never = api.context.media.addressOf({ mediaId: randomUUID(), fileName: 'image.png' });
  const noId = api.context.media.addressOf({ mediaId: 'x', fileName: 'image.png' });
  const wrong = [
    `/media/${mediaId}/${'0'.repeat(64)}/${fileName}`,
    `/media/${mediaId}/${signature.slice(0, -1)}/${fileName}`,
    `/media/${other.mediaId}/${signature}/${fileName}`,
    `/media/${mediaId}/${signature}/image.html`,
    `/media/${mediaId}/${signature}/${fileName}x`,
    `/media/not-an-id/${signature}/${fileName}`,
    `/media/..%2F..%2Fetc/${signature}/passwd`,
    ...[gone.url, expired.url, never, noId].map(pathOf),
  ];
  const answers = await Promise.all(wrong.map(async (path) => ({ path, answer: await open(path) })));
  const expected = { status: 404, text: answers[0]?.answer.text };
  expect(answers.map(({ path, answer: { status, text } }) => ({ path, status, text }))).toEqual(
    wrong.map((path) => ({ path, ...expected })),
  );
  expect(answers[0]?.answer.body.code).toBe('MEDIA_NOT_FOUND');
});

test('a file that is still coming is not there', async () => {
  const { body } = await upload(Buffer.from('x'), 'image/png');
  await api.database.sql`update media set size_bytes = 0 where media_id = ${body.mediaId}`;
  expect((await open(pathOf(body.url))).status).toBe(404);
});

test.each([
  ['as large as may be', mediaSizeBytesMax, 201],
  ['one byte larger', mediaSizeBytesMax + 1, 413],
])('a file %s: %i bytes', async (_what, size, status) => {
  for (const bytes of [Buffer.alloc(size), Readable.from([Buffer.alloc(size - 10), Buffer.alloc(10)])]) {
    const answer = await upload(bytes, 'video/mp4');
    expect(answer.status).toBe(status);
    if (status === 413) {
      expect(answer.body).toMatchObject({
        code: 'BODY_TOO_LARGE',
        message: [`The file may have at most ${mediaSizeBytesMax.toLocaleString('en-US')} bytes`],
      });
    }
  }
});

test('an empty file is refused', async () => {
  expect(await upload(Buffer.alloc(0), 'image/png')).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
});

test.each(['multipart/form-data; boundary=x', 'application/x-www-form-urlencoded', 'nonsense', 'model/stl'])(
  'a body of type %s is no file',
  async (type) => {
    expect(await upload(Buffer.from('x'), type)).toMatchObject({ status: 415, body: { code: 'UNSUPPORTED_MEDIA_TYPE' } });
  },
);

test('JSON is a file like any other here, and anything else than JSON is none elsewhere', async () => {
  const { status, body } = await upload(Buffer.from('{"__proto__": not json'), 'application/json');
  expect({ status, ...body }).toMatchObject({ status: 201, fileName: 'file.json' });
  expect((await open(pathOf(body.url))).text).toBe('{"__proto__": not json');
  const elsewhere = await api.ask('PUT', tenant.integration, { bytes: Buffer.from('{}'), headers: { 'content-type': 'image/png' } });
  expect(elsewhere.status).toBe(415);
});

test('a tenant uploads for its own instances only', async () => {
  const bytes = Buffer.from('x');
  const headers = { 'content-type': 'image/png' };
  const foreign = await api.ask('POST', uploads(tenant.instanceId), { token: stranger.tokens.instance, bytes, headers });
  const unknown = await api.ask('POST', uploads('nobody'), { token: stranger.tokens.instance, bytes, headers });
  expect(foreign.status).toBe(404);
  expect(foreign.text).toBe(unknown.text);
  expect((await api.ask('POST', uploads(tenant.instanceId), { token: null, bytes, headers })).status).toBe(401);
  expect(await api.database.sql`select from media where instance_id = 'nobody'`).toHaveLength(0);
});

test('of an upload that breaks off nothing is kept but its record, which the sweep takes', async () => {
  const { media } = api.context;
  const begun = Promise.withResolvers<ReturnType<typeof media.store.put>>();
  const put: typeof media.store.put = (...file) => {
    const storing = media.store.put(...file);
    begun.resolve(storing);
    return storing;
  };
  const app = await createApp({ ...api.context, media: { ...media, store: { ...media.store, put } } });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const instanceId = `breaks-${randomUUID()}`;
  await api.ask('POST', `/api/v2/instance/${instanceId}/typebot-integration`, { body: { publicId: 'bot' } });
  const request = http.request(`${url}${uploads(instanceId)}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'video/mp4', 'content-length': '1000' },
  });
  request.on('error', () => {});
  request.write(Buffer.alloc(500));
  const { sql } = api.database;
  const rows = () =>
    sql`select media_id, size_bytes, expires_at < now() + interval '1 day' as soon from media where instance_id = ${instanceId}`;
  await waitUntil(async () => (await rows()).length === 1, { what: 'the upload to begin' });
  request.destroy();
  await expect(begun.promise).rejects.toThrow('aborted');
  const [row] = await rows();
  expect(row).toMatchObject({ size_bytes: 0, soon: true });
  expect(await media.store.open(String(row?.['media_id']))).toBeNull();
  await app.close();
});

test('an endless upload is cut off, and its sender is told', async () => {
  const app = await createApp(api.context);
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  const request = http.request(`${url}${uploads(tenant.instanceId)}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${operatorToken}`, 'content-type': 'video/mp4' },
  });
  // It is cut with an error or without one, as it happens to be writing or not.
  const cut = new Promise((resolve) => request.once('close', resolve));
  request.on('error', () => {});
  const flood = setInterval(() => void request.write(Buffer.alloc(64 * 1_024)), 1);
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  expect(response.statusCode).toBe(413);
  response.resume();
  await cut;
  clearInterval(flood);
  await app.close();
});
