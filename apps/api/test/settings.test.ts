import { afterAll, describe, expect, test } from 'vitest';
import { startTestApi } from './support/api.ts';

const api = await startTestApi();
afterAll(() => api.stop());

let instances = 0;
function freshPath(): string {
  instances += 1;
  return `/api/v2/instance/instance-${instances}/typebot-integration`;
}

async function withSettings(settings: object): Promise<string> {
  const path = freshPath();
  expect((await api.ask('POST', path, { body: { publicId: 'bot', settings } })).status).toBe(201);
  return path;
}

const regex = (value: string) => ({ type: 'keyword', operator: 'regex', value });
const advanced = (value: string) => ({ type: 'advanced', value });
const flow = (publicId: string, more: object = {}) => ({ publicId, trigger: { type: 'none' }, ...more });

const refused: [string, object, string | RegExp][] = [
  [
    'a pattern with look-ahead',
    { trigger: regex('a(?=b)') },
    '`settings.trigger.value` must be a pattern without look-ahead and look-behind, which RE2, the engine that never takes long, does not have, but got "a(?=b)"',
  ],
  [
    'a pattern that is none',
    { trigger: regex('(a') },
    /^`settings\.trigger\.value` must be a pattern in RE2 syntax \(.*\), but got "\(a"$/,
  ],
  ['a pattern that grows', { trigger: regex('(a{1000}){1000}') }, /^`settings\.trigger\.value` must be a pattern without repetitions/],
  [
    'a pattern of a flow with a back reference',
    { flows: [flow('a'), flow('b'), flow('c', { trigger: regex('(a)\\1') })] },
    /^`settings\.flows\.2\.trigger\.value` must be a pattern without back references.*, but got "\(a\)\\\\1"$/,
  ],
  [
    'a filter of an unknown operator',
    { trigger: advanced('has:a') },
    '`settings.trigger.value` must be a filter of `contains:`, `notcontains:`, `startswith:`, `endswith:`, `exact:`, and `has:` is none of them (words with a colon go in double quotes), but got "has:a"',
  ],
  [
    'a filter of a flow without value',
    { flows: [flow('a'), flow('b', { trigger: advanced('contains:') })] },
    '`settings.flows.1.trigger.value` must be a filter without an empty value, and `contains:` has one, but got "contains:"',
  ],
  [
    'a keyword of nothing but spaces',
    { trigger: { type: 'keyword', value: '  ' } },
    '`settings.trigger.value` must be text with a word in it, but got "  "',
  ],
  [
    'an ignored chat that is no address',
    { ignoreJids: ['@g.us', '5531999999999'] },
    '`settings.ignoreJids.1` must be an address such as `5531999999999@s.whatsapp.net`, one of `@g.us`, `@s.whatsapp.net`, `@lid`, or a beginning followed by `*`, but got "5531999999999"',
  ],
  [
    'a viewer of a flow that is no address',
    { flows: [flow('a', { typebotURL: 'ftp://bot.example.com' })] },
    '`settings.flows.0.typebotURL` must be an http or https URL without user name, password, query and fragment, but got "ftp://bot.example.com"',
  ],
  [
    'a transcription service that is no address',
    { transcription: { url: 'stt' } },
    '`settings.transcription.url` must be an http or https URL without user name, password, query and fragment, but got "stt"',
  ],
  [
    'a keyword in two lists',
    { keywords: { finish: ['Sair'], pause: ['sair'] } },
    '`settings.keywords.pause.0` must be a word that stands in one list of `keywords`, and "sair" is in `finish` too, but got "sair"',
  ],
  [
    'a priority that is no whole number',
    { flows: [flow('a', { priority: 1.5 })] },
    /^`settings\.flows\.0\.priority` must be a whole number/,
  ],
  ['a flow without trigger', { flows: [{ publicId: 'a' }] }, /^`settings\.flows\.0\.trigger` is required/],
];

test.each(refused)('%s is refused when an integration is created, and when it is changed', async (_what, settings, sentence) => {
  const path = freshPath();
  const created = await api.ask('POST', path, { body: { publicId: 'bot', settings } });
  expect(created).toMatchObject({ status: 400, body: { code: 'INVALID_REQUEST' } });
  expect(created.body.message).toEqual([typeof sentence === 'string' ? sentence : expect.stringMatching(sentence)]);

  await api.ask('POST', path, { body: { publicId: 'bot' } });
  const before = await api.ask('GET', path);
  const changed = await api.ask('PUT', path, { body: { settings } });
  expect(changed).toMatchObject({ status: 400, body: created.body });
  expect((await api.ask('GET', path)).body).toEqual(before.body);
});

test('every pattern that cannot be used is named', async () => {
  const settings = { trigger: regex('('), flows: [flow('a', { trigger: regex('[') }), flow('b', { trigger: regex('ok') })] };
  const { body } = await api.ask('POST', freshPath(), { body: { publicId: 'bot', settings } });
  expect(body.message).toEqual([
    expect.stringContaining('`settings.trigger.value`'),
    expect.stringContaining('`settings.flows.0.trigger.value`'),
  ]);
});

test('the password in the address of a flow is not repeated', async () => {
  const settings = { flows: [flow('a', { typebotURL: 'https://ana:hunter2@bot.example.com' })] };
  const { status, text } = await api.ask('POST', freshPath(), { body: { publicId: 'bot', settings } });
  expect(status).toBe(400);
  expect(text).not.toContain('hunter2');
});

test('what is accepted is shown as it holds, and can be put back as it is shown', async () => {
  const path = await withSettings({
    trigger: advanced('contains:price notcontains:"no, thanks"'),
    flows: [
      flow('sales', { typebotURL: 'https://bot.example.com//', trigger: regex('(?i)^buy\\b'), priority: 5 }),
      flow('twin', { trigger: regex('(?i)^buy\\b') }),
    ],
    keywords: { finish: ['sair', { word: 'stop', answer: 'Bye.' }], restart: [{ word: 'menu' }] },
  });
  const { body } = await api.ask('GET', path);
  expect(body.settings).toMatchObject({
    trigger: { type: 'advanced', value: 'contains:price notcontains:"no, thanks"' },
    flows: [
      { publicId: 'sales', typebotURL: 'https://bot.example.com', trigger: regex('(?i)^buy\\b'), priority: 5 },
      { publicId: 'twin', trigger: regex('(?i)^buy\\b'), priority: 0 },
    ],
    keywords: {
      finish: [
        { word: 'sair', answer: null },
        { word: 'stop', answer: 'Bye.' },
      ],
      restart: [{ word: 'menu', answer: null }],
      pause: [],
      resume: [],
    },
  });
  const put = await api.ask('PUT', path, { body: { settings: body.settings } });
  expect(put.status).toBe(201);
  expect(put.body.settings).toEqual(body.settings);
});

describe('a change', () => {
  test('replaces one list of keywords whole and leaves the others', async () => {
    const path = await withSettings({ keywords: { finish: ['sair', 'fim'], restart: ['menu'] } });
    const { body } = await api.ask('PUT', path, { body: { settings: { keywords: { finish: ['adeus'] } } } });
    expect(body.settings.keywords).toMatchObject({ finish: [{ word: 'adeus' }], restart: [{ word: 'menu' }] });
  });

  test('is refused where it makes a keyword stand in two lists', async () => {
    const path = await withSettings({ keywords: { finish: ['sair'] } });
    const { status, body } = await api.ask('PUT', path, { body: { publicId: 'other', settings: { keywords: { resume: ['SAIR'] } } } });
    expect(status).toBe(400);
    expect(body.message).toEqual([
      '`settings.keywords.resume.0` must be a word that stands in one list of `keywords`, and "SAIR" is in `finish` too, but got "SAIR"',
    ]);
    expect((await api.ask('GET', path)).body).toMatchObject({ publicId: 'bot', settings: { keywords: { resume: [] } } });
  });

  test('puts a group back to its defaults by null', async () => {
    const path = await withSettings({ typing: { speed: 100 }, keywords: { finish: ['sair'] }, locale: 'en' });
    const { body } = await api.ask('PUT', path, { body: { settings: { typing: null, keywords: null } } });
    expect(body.settings).toMatchObject({ typing: {}, keywords: { finish: [] }, locale: 'en' });
    expect(body.settings.typing).toEqual({});
  });

  test.each(['trigger', 'flows', 'locale', 'variables'])('cannot make %s null', async (name) => {
    const { status, body } = await api.ask('PUT', await withSettings({}), { body: { settings: { [name]: null } } });
    expect(status).toBe(400);
    expect(body.message).toEqual([expect.stringMatching(new RegExp(`^\`settings.${name}\` must be .*, but got null$`))]);
  });

  test('sets, changes and removes the transcription, whose key is never shown', async () => {
    const path = await withSettings({});
    const change = (transcription: unknown) => api.ask('PUT', path, { body: { settings: { transcription } } });
    const set = await change({ url: 'https://stt.example.com/v1/', apiKey: 'hunter2', language: 'pt' });
    expect(set.body.settings.transcription).toEqual({ url: 'https://stt.example.com/v1', model: 'whisper-1', language: 'pt', prefix: '' });
    const changed = await change({ prefix: '[audio] ' });
    expect(changed.body.settings.transcription).toEqual({ ...set.body.settings.transcription, prefix: '[audio] ' });
    for (const { text } of [set, changed, await api.ask('GET', path)]) expect(text).not.toContain('hunter2');
    expect((await change(null)).body.settings.transcription).toBeNull();
    const { status, body } = await change({ prefix: 'x' });
    expect(status).toBe(400);
    expect(body.message).toEqual(['`settings.transcription.url` is required']);
  });
});
