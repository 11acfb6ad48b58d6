import { connect } from '@typelane/db';
import { afterAll, expect, test } from 'vitest';
import { startTestApi } from './support/api.ts';

const api = await startTestApi();
afterAll(() => api.stop());

const path = '/api/v2/instance/requests/typebot-integration';
await api.ask('POST', path, { body: { publicId: 'bot' } });

test.each([
  ['half a body', '{"publicId": "bo'],
  ['no JSON', 'publicId=bot'],
  ['a field called __proto__', '{"publicId":"bot","__proto__":{"enabled":false}}'],
  ['a __proto__ inside', '{"publicId":"bot","settings":{"variables":{"__proto__":"x"}}}'],
  ['a constructor with a prototype', '{"publicId":"bot","constructor":{"prototype":{"polluted":true}}}'],
])('%s is refused as no JSON we take', async (_what, text) => {
  const answer = await api.ask('PUT', path, { text });
  expect(answer).toMatchObject({
    status: 400,
    body: { error: 'Bad Request', code: 'INVALID_JSON', message: [expect.stringContaining('JSON')] },
  });
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test.each<[string, string | Buffer, string]>([
  ['half a body', '{"publicId": "bo', 'The body must be valid JSON: Unterminated string in JSON at position 16 (line 1 column 17)'],
  [
    'a comma too many',
    '{"publicId": "bot",}',
    'The body must be valid JSON: Expected double-quoted property name in JSON at position 19 (line 1 column 20)',
  ],
  ['no JSON', 'apiKey=sk-secret', "The body must be valid JSON: Unexpected token 'a'"],
  ['Latin-1', Buffer.from('{"publicId":"olá"}', 'latin1'), 'The body must be UTF-8, but it contains bytes that are not'],
])('%s is told what is wrong with it', async (_what, text, sentence) => {
  const { status, body } = await api.ask('PUT', path, { bytes: Buffer.from(text), headers: { 'content-type': 'application/json' } });
  expect({ status, message: body.message }).toEqual({ status: 400, message: [sentence] });
});

test('an empty body is told that one is needed', async () => {
  const { body } = await api.ask('POST', path, { text: '', headers: { 'content-type': 'application/json' } });
  expect(body.message).toEqual(['The body is required']);
});

test.each([['text/plain'], ['application/x-www-form-urlencoded'], ['application/xml'], ['multipart/form-data; boundary=x'], ['nonsense']])(
  'a body of type %s is a 415',
  async (type) => {
    const answer = await api.ask('PUT', path, { text: '{}', headers: { 'content-type': type } });
    expect(answer).toMatchObject({ status: 415, body: { error: 'Unsupported Media Type', code: 'UNSUPPORTED_MEDIA_TYPE' } });
    expect(answer.body.message).toEqual([`\`Content-Type\` must be \`application/json\`, but got \`${type}\``]);
  },
);

test('a charset may stand with the type', async () => {
  expect((await api.ask('PUT', path, { text: '{}', headers: { 'content-type': 'application/json; charset=utf-8' } })).status).toBe(201);
});

test.each([
  [256 * 1_024, 201],
  [256 * 1_024 + 1, 413],
  [20 * 1_024 * 1_024, 413],
])('a body of %i bytes is answered with %i', async (bytes, status) => {
  const body = '{"publicId":"bot"}';
  const answer = await api.ask('PUT', path, { text: body + ' '.repeat(bytes - body.length) });
  expect(answer.status).toBe(status);
  if (status === 413)
    expect(answer.body).toMatchObject({
      error: 'Payload Too Large',
      code: 'BODY_TOO_LARGE',
      message: ['The body may have at most 262,144 bytes'],
    });
});

test.each([
  ['U+0000', '{"publicId":"a\\u0000b"}', 'publicId'],
  ['a lone surrogate', '{"settings":{"errorMessage":"\\ud83d"}}', 'settings.errorMessage'],
  ['U+0000 in a name', '{"settings":{"variables":{"a\\u0000":"x"}}}', 'settings.variables'],
])('%s is refused by name, since PostgreSQL could not store it', async (_what, text, field) => {
  const answer = await api.ask('PUT', path, { text });
  expect(answer).toMatchObject({
    status: 400,
    body: { code: 'INVALID_REQUEST', message: [`\`${field}\` must not contain U+0000 or lone surrogates`] },
  });
});

test('emoji and every other real character are kept', async () => {
  const errorMessage = 'Ops 😀 não deu \u2028 \u{1F468}\u200D\u{1F469}';
  expect((await api.ask('PUT', path, { body: { settings: { errorMessage } } })).body.settings.errorMessage).toBe(errorMessage);
});

test('a body nested 100,000 levels deep is refused, and the process lives on', async () => {
  const text = `{"settings":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  const answer = await api.ask('PUT', path, { text });
  expect(answer).toMatchObject({
    status: 400,
    body: { code: 'INVALID_REQUEST', message: ['The request may have at most 33 levels of nesting'] },
  });
});

test('a body with 20,000 unknown fields is answered shortly', async () => {
  const body = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`f${n}`, 1]));
  const { status, body: answer } = await api.ask('PUT', path, { body });
  expect(status).toBe(400);
  expect(answer.message).toHaveLength(21);
  expect(answer.message.at(-1)).toBe('19980 more problems are not listed');
});

test.each([
  ['GET', '/%', 400, 'INVALID_REQUEST'],
  ['GET', '/api/v2/instance/%ff/typebot-integration', 400, 'INVALID_REQUEST'],
  ['GET', '/api/v2/instance/a%00b/typebot-integration', 400, 'INVALID_REQUEST'],
  ['GET', `/api/v2/instance/${'x'.repeat(201)}/typebot-integration`, 400, 'INVALID_REQUEST'],
  ['GET', `/api/v2/instance/${'x'.repeat(5_000)}/typebot-integration`, 400, 'INVALID_REQUEST'],
  ['GET', `/api/v2/instance/${encodeURIComponent('😀'.repeat(100))}/typebot-integration`, 404, 'INTEGRATION_NOT_FOUND'],
  ['GET', '/', 404, 'ROUTE_NOT_FOUND'],
  ['GET', '/api/v1/instance/x/typebot-integration', 404, 'ROUTE_NOT_FOUND'],
  ['PATCH', path, 404, 'ROUTE_NOT_FOUND'],
  ['POST', '/livez', 404, 'ROUTE_NOT_FOUND'],
] as const)('%s %s is answered with %i %s in the shape of every error', async (method, url, status, code) => {
  const answer = await api.ask(method, url);
  expect(answer.status).toBe(status);
  expect(answer.body).toEqual({ statusCode: status, error: expect.any(String), message: [expect.any(String)], code });
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
});

test('a route without a body takes an empty one and refuses fields', async () => {
  const headers = { 'content-type': 'application/json' };
  expect((await api.ask('DELETE', '/api/v2/instance/nobody/typebot-integration', { headers })).status).toBe(404);
  expect((await api.ask('DELETE', '/api/v2/instance/nobody/typebot-integration', { body: {} })).status).toBe(404);
  const answer = await api.ask('DELETE', path, { body: { force: true } });
  expect(answer).toMatchObject({ status: 400, body: { message: ['This request takes no body'] } });
});

test.each(['GET', 'PUT'] as const)('an unknown field in the query of a %s is refused', async (method) => {
  const answer = await api.ask(method, `${path}?verbose=1`, method === 'PUT' ? { body: {} } : {});
  expect(answer).toMatchObject({ status: 400, body: { message: ['`verbose` is not a known field'] } });
});

test('every answer names its request, and the log has a line for it without path, query and token', async () => {
  const { headers } = await api.ask('GET', `${path}/session?keyRemoteJid=5531955555555@s.whatsapp.net`);
  const line = api
    .log()
    .split('\n')
    .find((each) => each.includes(String(headers['x-request-id'])));
  expect(JSON.parse(line ?? '')).toMatchObject({
    method: 'GET',
    route: '/api/v2/instance/:instanceId/typebot-integration/session',
    statusCode: 200,
    msg: 'request.done',
  });
  expect(api.log()).not.toMatch(/5531955555555|operator-token/);
});

test('what fails unexpectedly shows nothing of itself; the log has it under the id of the request', async () => {
  const { databaseUrl } = await bareDatabase();
  const bare = connect(databaseUrl, { connectionsMax: 1 });
  const broken = await startTestApi({ database: bare });
  try {
    const { status, body, text, headers } = await broken.ask('GET', path);
    expect(status).toBe(500);
    expect(body).toMatchObject({ error: 'Internal Server Error', code: 'INTERNAL_ERROR' });
    expect(text).not.toMatch(/relation|typebot_integrations|select/);
    const logged = broken
      .log()
      .split('\n')
      .find((line) => line.includes('request.failed'));
    expect(JSON.parse(logged ?? '')).toMatchObject({ requestId: headers['x-request-id'], code: 'INTERNAL_ERROR' });
    expect(logged).toContain('does not exist');
    expect(logged).not.toMatch(/params|Failed query/);
  } finally {
    await broken.stop();
    await bare.close();
  }
});

/** A database without our tables. */
async function bareDatabase(): Promise<{ databaseUrl: string }> {
  const { inject } = await import('vitest');
  return { databaseUrl: inject('databaseUrl') };
}

test.each([
  ['a key that occurs twice', '{"publicId":"a","publicId":"b"}'],
  ['one that occurs twice further in', '{"publicId":"a","settings":{"wait":{"maxMs":1,"maxMs":2}}}'],
  ['one that is written in two ways', String.raw`{"publicId":"a","public\u0049d":"b"}`],
])('%s is refused, since nobody can say which one counts', async (_what, text) => {
  const answer = await api.ask('POST', '/api/v2/instance/twice/typebot-integration', { text });
  expect(answer).toMatchObject({
    status: 400,
    body: { code: 'INVALID_JSON', message: ['No key may occur twice in an object of the body, but one does'] },
  });
});

test('texts that look like keys are no keys', async () => {
  const settings = { variables: { a: '"a":"b"', b: '{"a":1,"a":2}' } };
  const answer = await api.ask('POST', '/api/v2/instance/looks-like-keys/typebot-integration', { body: { publicId: 'bot', settings } });
  expect(answer).toMatchObject({ status: 201, body: { settings } });
});

test.each([
  ['/docs/static/%00', {}],
  ['/docs/static/%2e%2e%2fpackage.json', {}],
  ['/docs/static/index.html%00.png', {}],
  ['/docs/static/swagger-ui.css', { range: 'bytes=99999999-' }],
  ['/docs/static/swagger-ui.css', { 'if-match': '"no"' }],
  ['/docs/static/swagger-ui.css', { 'if-unmodified-since': 'Thu, 01 Jan 1970 00:00:00 GMT' }],
  ['/docs/static/nowhere.js', {}],
])('%s with %j is the fault of the caller', async (url, headers) => {
  const { status } = await api.ask('GET', url, { token: null, headers });
  expect(status).toBeGreaterThanOrEqual(400);
  expect(status).toBeLessThan(500);
});

test.each(['["0000-01-01T00:00:00Z","x"]', '["9999-12-31T23:59:59Z","x"]', '["-001-01-01T00:00:00Z","x"]'])(
  'a cursor of %s is no error of ours',
  async (place) => {
    const { status } = await api.ask('GET', `/api/v2/admin/business?cursor=${Buffer.from(place).toString('base64url')}`);
    expect([200, 400]).toContain(status);
  },
);

test.each(['.', '..', ' '])('no instance may be called %j', async (instanceId) => {
  const { status, body } = await api.ask('POST', '/api/v2/business/default/instance', { body: { instanceId } });
  expect([status, body.message[0]]).toEqual([400, expect.stringContaining('`instanceId` must be an id other than')]);
});

test.each(['..', '.', ' ', ' bot', 'bot '])('no bot may be called %j', async (publicId) => {
  const answer = await api.ask('POST', '/api/v2/instance/odd-bot/typebot-integration', { body: { publicId } });
  expect([answer.status, answer.body.message[0]]).toEqual([400, expect.stringContaining('`publicId` must be')]);
});

test.each([
  ['typebotURL', { typebotURL: 'http://10.0.0.1' }],
  ['settings.typebotApiURL', { settings: { typebotApiURL: 'http://localhost:3000' } }],
  ['settings.transcription.url', { settings: { transcription: { url: 'http://169.254.169.254/v1' } } }],
  [
    'settings.flows.0.typebotURL',
    { settings: { flows: [{ publicId: 'a', typebotURL: 'http://192.168.1.1', trigger: { type: 'keyword', value: 'x' } }] } },
  ],
])('a private address in %s is refused when it is saved, and the operator is told what to do', async (field, change) => {
  const sentence = `\`${field}\` must be on a public host, or on one that the operator has named in EGRESS_ALLOW`;
  const created = await api.ask('POST', '/api/v2/instance/private/typebot-integration', { body: { publicId: 'bot', ...change } });
  expect([created.status, created.body.message]).toEqual([400, [sentence]]);
  const changed = await api.ask('PUT', path, { body: change });
  expect([changed.status, changed.body.message]).toEqual([400, [sentence]]);
});

test('a fraction of a second is no number of minutes', async () => {
  const answer = await api.ask('PUT', path, { body: { settings: { expireAfterMinutes: 1e-300 } } });
  expect([answer.status, answer.body.message[0]]).toEqual([400, expect.stringContaining('must be 0, or at least a second (0.0167)')]);
});
