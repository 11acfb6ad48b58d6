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
  [
    'half a body',
    '{"publicId": "bo',
    'Expected the body to be JSON, got text that is none: Unterminated string in JSON at position 16 (line 1 column 17)',
  ],
  [
    'a comma too many',
    '{"publicId": "bot",}',
    'Expected the body to be JSON, got text that is none: Expected double-quoted property name in JSON at position 19 (line 1 column 20)',
  ],
  ['no JSON', 'apiKey=sk-secret', "Expected the body to be JSON, got text that is none: Unexpected token 'a'"],
  ['Latin-1', Buffer.from('{"publicId":"olá"}', 'latin1'), 'Expected the body to be JSON in UTF-8, got bytes that are no UTF-8'],
])('%s is told what is wrong with it', async (_what, text, sentence) => {
  const { status, body } = await api.ask('PUT', path, { bytes: Buffer.from(text), headers: { 'content-type': 'application/json' } });
  expect({ status, message: body.message }).toEqual({ status: 400, message: [sentence] });
});

test('an empty body is told that one is needed', async () => {
  const { body } = await api.ask('POST', path, { text: '', headers: { 'content-type': 'application/json' } });
  expect(body.message).toEqual(['Expected the body to be an object, got nothing']);
});

test.each([['text/plain'], ['application/x-www-form-urlencoded'], ['application/xml'], ['multipart/form-data; boundary=x'], ['nonsense']])(
  'a body of type %s is a 415',
  async (type) => {
    const answer = await api.ask('PUT', path, { text: '{}', headers: { 'content-type': type } });
    expect(answer).toMatchObject({ status: 415, body: { error: 'Unsupported Media Type', code: 'UNSUPPORTED_MEDIA_TYPE' } });
    expect(answer.body.message).toEqual([`Expected \`Content-Type: application/json\`, got \`${type}\``]);
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
      message: ['Expected a body of at most 262,144 bytes, got a larger one'],
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
    body: { code: 'INVALID_REQUEST', message: [`Expected \`${field}\` to be text without U+0000 and lone surrogates, got one with`] },
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
    body: { code: 'INVALID_REQUEST', message: ['Expected at most 33 levels of nesting, got more'] },
  });
});

test('a body with 20,000 unknown fields is answered shortly', async () => {
  const body = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`f${n}`, 1]));
  const { status, body: answer } = await api.ask('PUT', path, { body });
  expect(status).toBe(400);
  expect(answer.message).toHaveLength(21);
  expect(answer.message.at(-1)).toBe('There are 19980 more of this kind');
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
  expect(answer.body).toEqual({ statusCode: status, error: expect.any(String), message: [expect.stringMatching(/^Expected /)], code });
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
});

test('a route without a body takes an empty one and refuses fields', async () => {
  const headers = { 'content-type': 'application/json' };
  expect((await api.ask('DELETE', '/api/v2/instance/nobody/typebot-integration', { headers })).status).toBe(404);
  expect((await api.ask('DELETE', '/api/v2/instance/nobody/typebot-integration', { body: {} })).status).toBe(404);
  const answer = await api.ask('DELETE', path, { body: { force: true } });
  expect(answer).toMatchObject({ status: 400, body: { message: ['Expected no body, got one'] } });
});

test.each(['GET', 'PUT'] as const)('an unknown field in the query of a %s is refused', async (method) => {
  const answer = await api.ask(method, `${path}?verbose=1`, method === 'PUT' ? { body: {} } : {});
  expect(answer).toMatchObject({ status: 400, body: { message: ['Expected no field `verbose`, got "1"'] } });
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
