import { afterAll, expect, test } from 'vitest';
import { startFakeTranscription, voiceNote } from './index.ts';

const fake = await startFakeTranscription({ apiKey: 'sk-right' });
const open = await startFakeTranscription();
afterAll(() => Promise.all([fake.close(), open.close()]));

type Fields = { model?: string; language?: string; response_format?: string; file?: Buffer; fileName?: string };

async function ask(fields: Fields, { key = 'sk-right', at = fake }: { key?: string | null; at?: typeof fake } = {}) {
  const { file, fileName = 'voice.ogg', ...texts } = fields;
  const form = new FormData();
  if (file) form.set('file', new Blob([new Uint8Array(file)], { type: 'audio/ogg' }), fileName);
  for (const [name, value] of Object.entries(texts)) form.set(name, value);
  const headers = key === null ? {} : { authorization: `Bearer ${key}` };
  const response = await fetch(`${at.url}/audio/transcriptions`, { method: 'POST', body: form, headers });
  return { status: response.status, body: JSON.parse(await response.text()) as { text?: string; error?: { message: string } } };
}

const good = { model: 'whisper-1', file: voiceNote('um café, por favor') };

test('it hears what a voice note says', async () => {
  expect(await ask({ ...good, language: 'pt', response_format: 'json' })).toMatchObject({
    status: 200,
    body: { text: 'um café, por favor' },
  });
  expect(fake.requests.at(-1)).toMatchObject({
    model: 'whisper-1',
    language: 'pt',
    fileName: 'voice.ogg',
    mimeType: 'audio/ogg',
    status: 200,
  });
  expect((await ask(good, { key: null, at: open })).status).toBe(200);
});

test.each<[string, Fields, string | null, number, RegExp]>([
  ['no key', good, null, 401, /No API key/],
  ['another key', good, 'sk-wrong', 401, /Incorrect API key provided: sk-wrong/],
  ['no model', { file: good.file }, 'sk-right', 400, /model/],
  ['an unknown model', { ...good, model: 'whisper-9' }, 'sk-right', 404, /whisper-9/],
  ['no file', { model: 'whisper-1' }, 'sk-right', 400, /file/],
  ['a name it does not know', { ...good, fileName: 'voice.opus' }, 'sk-right', 400, /Supported formats/],
  ['what is no audio', { ...good, file: Buffer.from('hello') }, 'sk-right', 400, /could not be decoded/],
  ['a file too large', { ...good, file: Buffer.alloc(26_214_401) }, 'sk-right', 413, /Maximum content size/],
  ['a language in words', { ...good, language: 'Portuguese' }, 'sk-right', 400, /Portuguese/],
  ['an unknown format', { ...good, response_format: 'yaml' }, 'sk-right', 400, /response_format/],
])('it refuses %s', async (_what, fields, key, status, sentence) => {
  const answer = await ask(fields, { key });
  expect(answer.status).toBe(status);
  expect(answer.body.error?.message).toMatch(sentence);
});
