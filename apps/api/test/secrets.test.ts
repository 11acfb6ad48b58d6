import { aboutSecret, secretSettings } from '@typelane/core';
import { createSealer } from '@typelane/runtime';
import { afterAll, expect, test } from 'vitest';
import { secretKey, startTestApi } from './support/api.ts';

/** Settings that can be written and never read. */
const api = await startTestApi();
afterAll(() => api.stop());

const plain = 'sk-proj-of-a-tenant';
const url = 'https://api.openai.com/v1';
const sealer = createSealer(secretKey);

let instances = 0;
function fresh(): { instanceId: string; path: string } {
  const instanceId = `secretive-${(instances += 1)}`;
  return { instanceId, path: `/api/v2/instance/${instanceId}/typebot-integration` };
}

async function created(transcription: object = { url, apiKey: plain }) {
  const { instanceId, path } = fresh();
  const answer = await api.ask('POST', path, { body: { publicId: 'bot', settings: { transcription } } });
  return { instanceId, path, answer };
}

/** The whole row, as the database has it. */
async function rowOf(instanceId: string): Promise<{ text: string; key: string | null }> {
  const [row] = await api.database.sql`
    select i::text as text, settings #>> '{transcription,apiKey}' as key from typebot_integrations i where instance_id = ${instanceId}`;
  return row as unknown as { text: string; key: string | null };
}

async function keyOf(instanceId: string): Promise<string | null> {
  const { key } = await rowOf(instanceId);
  return key === null ? null : sealer.open(key, aboutSecret(instanceId, 'transcription.apiKey'));
}

test('a key is in no answer, no log line and no table as it was written, and opens for its instance alone', async () => {
  const { instanceId, path, answer } = await created();
  const shown = { url, model: 'whisper-1', language: null, prefix: '' };
  expect(answer.status).toBe(201);
  expect(answer.body.settings.transcription).toEqual(shown);
  expect(answer.body.secretsSet).toEqual(['transcription.apiKey']);
  const answers = [
    answer,
    await api.ask('GET', path),
    await api.ask('PUT', path, { body: { settings: { transcription: { url, apiKey: `${plain}-2` } } } }),
    await api.ask('GET', path),
    await api.ask('POST', path, { body: { publicId: 'bot', settings: { transcription: { url, apiKey: plain } } } }),
  ];
  const row = await rowOf(instanceId);
  answers.push(await api.ask('DELETE', path));
  expect(answers.map(({ status }) => status)).toEqual([201, 200, 201, 200, 409, 200]);
  for (const { text } of answers) expect(text).not.toMatch(/sk-proj|v1\.[0-9a-f]{8}\./);
  expect(row.text).not.toContain('sk-proj');
  expect(sealer.open(row.key ?? '', `${instanceId}:transcription.apiKey`)).toBe(`${plain}-2`);
  expect(() => sealer.open(row.key ?? '', 'secretive-0:transcription.apiKey')).toThrow('another owner');
  expect(api.log()).not.toContain('sk-proj');
});

test.each<[string, object, string | null]>([
  ['that names other settings', { locale: 'es' }, plain],
  ['of the transcription without its key', { transcription: { url, language: 'pt' } }, plain],
  ['to another path of the same host', { transcription: { url: `${url}/audio-only` } }, plain],
  ['to another key', { transcription: { url, apiKey: 'sk-other' } }, 'sk-other'],
  ['to null', { transcription: { url, apiKey: null } }, null],
  ['that ends the transcription', { transcription: null }, null],
  ['to another host with a key of its own', { transcription: { url: 'https://whisper.example.com/v1', apiKey: 'sk-own' } }, 'sk-own'],
  ['to another host without a key', { transcription: { url: 'https://whisper.example.com/v1', apiKey: null } }, null],
])('after a change %s the key is what was said', async (_what, settings, expected) => {
  const { instanceId, path } = await created();
  const { status, body } = await api.ask('PUT', path, { body: { settings } });
  expect(status).toBe(201);
  expect(body.secretsSet).toEqual(expected === null ? [] : ['transcription.apiKey']);
  expect(await keyOf(instanceId)).toBe(expected);
});

test('settings that are read and written back keep the key', async () => {
  const { instanceId, path, answer } = await created();
  expect((await api.ask('PUT', path, { body: { settings: answer.body.settings } })).status).toBe(201);
  expect(await keyOf(instanceId)).toBe(plain);
});

test.each(['https://thief.example.com/v1', 'http://api.openai.com/v1', 'https://api.openai.com:8443/v1'])(
  'a caller who may only write a key cannot send it to %s',
  async (elsewhere) => {
    const { instanceId, path } = await created();
    const { status, body } = await api.ask('PUT', path, { body: { enabled: false, settings: { transcription: { url: elsewhere } } } });
    expect(status).toBe(400);
    expect(body.message).toEqual([expect.stringMatching(/^`settings\.transcription\.apiKey` must be given again/)]);
    expect((await api.ask('GET', path)).body).toMatchObject({ enabled: true, settings: { transcription: { url } } });
    expect(await keyOf(instanceId)).toBe(plain);
  },
);

test.each([
  ['url', { url: 'whisper.lan' }, 'an http or https URL without user name'],
  ['url', { url: 'ftp://whisper.lan' }, 'an http or https URL without user name'],
  ['url', { url: 'https://user:hunter2@whisper.lan/v1' }, 'an http or https URL without user name'],
  ['url', { url: 'https://whisper.lan/v1?key=hunter2' }, 'an http or https URL without user name'],
  ['apiKey', { url, apiKey: 'hunter2 with spaces' }, 'text of at most 500 visible ASCII characters'],
  ['apiKey', { url, apiKey: 'hunter2\r\nx-header: 1' }, 'text of at most 500 visible ASCII characters'],
  ['apiKey', { url, apiKey: 'hunter2'.padEnd(501, '2') }, 'text of at most 500 visible ASCII characters'],
  ['apiKey', { url, apiKey: '' }, 'text of at least 1 character'],
  ['language', { url, language: 'portuguese' }, 'an ISO 639-1 code'],
])('%s of the transcription %j is refused by name and not repeated', async (field, transcription, expected) => {
  const { answer } = await created(transcription);
  expect(answer.status).toBe(400);
  expect(answer.body.message).toEqual([expect.stringContaining(`\`settings.transcription.${field}\` must be ${expected}`)]);
  expect(answer.text).not.toContain('hunter2');
});

test('a key of 500 characters fits when it is sealed, and the integration is read again', async () => {
  const { instanceId, path, answer } = await created({ url, apiKey: '~'.repeat(500) });
  expect(answer.status).toBe(201);
  expect((await api.ask('GET', path)).status).toBe(200);
  expect(await keyOf(instanceId)).toBe('~'.repeat(500));
});

const viewer = 'https://typebot.example.com';
const builder = 'https://builder.example.com';

async function createdWithToken(settings: object = { typebotApiToken: plain, typebotApiURL: builder }) {
  const { instanceId, path } = fresh();
  return { instanceId, path, answer: await api.ask('POST', path, { body: { publicId: 'bot', typebotURL: viewer, settings } }) };
}

async function tokenOf(instanceId: string): Promise<string | null> {
  const [row] = await api.database
    .sql`select settings ->> 'typebotApiToken' as token from typebot_integrations where instance_id = ${instanceId}`;
  const token = row?.['token'] as string | null;
  return token === null ? null : sealer.open(token, aboutSecret(instanceId, 'typebotApiToken'));
}

test('the token of Typebot is in no answer, no log line and no table as it was written', async () => {
  const { instanceId, path, answer } = await createdWithToken();
  expect(answer.status).toBe(201);
  expect(answer.body.secretsSet).toEqual(['typebotApiToken']);
  expect(answer.body.settings).toMatchObject({ typebotApiURL: builder });
  expect(answer.body.settings).not.toHaveProperty('typebotApiToken');
  for (const { text } of [answer, await api.ask('GET', path)]) expect(text).not.toMatch(/sk-proj|v1\.[0-9a-f]{8}\./);
  expect((await rowOf(instanceId)).text).not.toContain('sk-proj');
  expect(api.log()).not.toContain('sk-proj');
  expect((await api.ask('PUT', path, { body: { settings: answer.body.settings } })).status).toBe(201);
  expect(await tokenOf(instanceId)).toBe(plain);
});

test.each<[string, object, string | null]>([
  ['of other settings', { settings: { locale: 'es' } }, plain],
  ['of the path of the builder', { settings: { typebotApiURL: `${builder}/typebot` } }, plain],
  ['of the viewer, where the builder is named', { typebotURL: 'https://other.example.com' }, plain],
  ['to another host with a token of its own', { settings: { typebotApiURL: 'https://other.example.com', typebotApiToken: 'own' } }, 'own'],
  ['that takes the token away', { settings: { typebotApiURL: null, typebotApiToken: null } }, null],
])('after a change %s the token of Typebot is what was said', async (_what, body, expected) => {
  const { instanceId, path } = await createdWithToken();
  expect((await api.ask('PUT', path, { body })).status).toBe(201);
  expect(await tokenOf(instanceId)).toBe(expected);
});

test.each<[string, object, object]>([
  ['another builder', { typebotApiToken: plain, typebotApiURL: builder }, { settings: { typebotApiURL: 'https://thief.example.com' } }],
  ['the viewer instead of the builder', { typebotApiToken: plain, typebotApiURL: builder }, { settings: { typebotApiURL: null } }],
  ['another viewer, where no builder is named', { typebotApiToken: plain }, { typebotURL: 'https://thief.example.com' }],
])('a caller who may only write a token cannot send it to %s', async (_what, settings, change) => {
  const { instanceId, path } = await createdWithToken(settings);
  const { status, body } = await api.ask('PUT', path, { body: change });
  expect(status).toBe(400);
  expect(body.message).toEqual([expect.stringMatching(/^`settings\.typebotApiToken` must be given again/)]);
  expect((await api.ask('GET', path)).body).toMatchObject({ typebotURL: viewer });
  expect(await tokenOf(instanceId)).toBe(plain);
});

test.each([
  ['typebotApiURL', 'ftp://builder.lan', 'an http or https URL without user name'],
  ['typebotApiToken', 'hunter2 with spaces', 'text of at most 500 visible ASCII characters'],
  ['typebotApiToken', '', 'text of at least 1 character'],
])('%s %j is refused by name and not repeated', async (field, value, expected) => {
  const { answer } = await createdWithToken({ [field]: value });
  expect(answer.status).toBe(400);
  expect(answer.body.message).toEqual([expect.stringContaining(`\`settings.${field}\` must be ${expected}`)]);
  expect(answer.text).not.toContain('hunter2');
});

test('the document marks secrets as write-only, and knows no field of an answer for them', async () => {
  const document = (await api.ask('GET', '/openapi.json', { token: null })).body;
  const { requestBody } = document.paths['/api/v2/instance/{instanceId}/typebot-integration'].put;
  const { settings } = requestBody.content['application/json'].schema.properties;
  expect(fieldsCalled('apiKey', settings)).toEqual([expect.objectContaining({ writeOnly: true })]);
  const { Integration } = document.components.schemas;
  for (const path of secretSettings) expect(fieldsCalled(path.split('.').at(-1) ?? '', Integration.properties.settings)).toEqual([]);
  expect(Integration.properties.secretsSet.items.enum).toEqual([...secretSettings]);
});

function fieldsCalled(name: string, value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(key === 'properties' && Object.hasOwn(inner as object, name) ? [(inner as Record<string, unknown>)[name]] : []),
    ...fieldsCalled(name, inner),
  ]);
}
