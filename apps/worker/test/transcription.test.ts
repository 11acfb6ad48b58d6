import { aboutSecret, type SettingsInput } from '@typelane/core';
import { createSealer, type Running } from '@typelane/runtime';
import {
  askFile,
  askText,
  type BotScript,
  type FakeTranscription,
  type FakeTypebot,
  goTo,
  inboundMedia,
  newKeyId,
  startFakeTranscription,
  startFakeTypebot,
  text,
  voiceNote,
  waitUntil,
} from '@typelane/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type FileHost, startFileHost } from './file-host.ts';
import { type Pipeline, secretKey, startPipeline } from './harness.ts';

/** A voice note reaches the bot as text if a transcription service is configured, and as a recording if that fails. */
const apiKey = 'sk-of-the-tenant-0123';
const words = 'quero dois pães';

let typebot: FakeTypebot;
let service: FakeTranscription;
let notAllowed: FakeTranscription;
let files: FileHost;
let pipeline: Pipeline;
let worker: Running;

const says: BotScript = {
  variables: ['firstMessage', 'message'],
  groups: {
    Start: [text('started by {{firstMessage}}'), goTo('Ask')],
    Ask: [askText({ save: 'message' }), text('heard {{message}}'), goTo('Ask')],
  },
};
const takesClips: BotScript = {
  variables: ['clip'],
  groups: { Ask: [askText({ options: { audioClip: { isEnabled: true, saveVariableId: 'v-clip' } } }), text('clip {{clip}}'), goTo('Ask')] },
};
const takesFiles: BotScript = {
  variables: ['file'],
  groups: { Ask: [text('send'), askFile({ save: 'file' }), text('file {{file}}'), goTo('Ask')] },
};

beforeAll(async () => {
  typebot = await startFakeTypebot({ bots: { says, clips: takesClips, files: takesFiles } });
  service = await startFakeTranscription({ apiKey });
  notAllowed = await startFakeTranscription();
  files = await startFileHost();
  pipeline = await startPipeline({ typebots: [typebot.url, service.url, files.url], transcriptionMs: 1_000, timeoutMs: 3_000, workers: 0 });
  worker = await pipeline.startWorker();
});

afterAll(async () => {
  await pipeline.close();
  for (const server of [typebot, service, notAllowed, files]) await server.close();
});

afterEach(() => checkRest());

/** Checked after every test. */
function checkRest(): void {
  typebot.assertClean();
  expect(pipeline.consumer.breaches).toEqual([]);
  expect(JSON.stringify(pipeline.logs)).not.toMatch(/sk-of-the-tenant|pães/);
}

let chats = 0;

/** A bot on a separate instance, with a chat. `transcription` is the operator's setting, with the key as the API stores it. */
async function chatWith(
  publicId: string,
  transcription: Partial<NonNullable<SettingsInput['transcription']>> = {},
  settings: SettingsInput = {},
) {
  const instanceId = `spoken-${(chats += 1)}`;
  const sealed = createSealer(secretKey).seal(apiKey, aboutSecret(instanceId, 'transcription.apiKey'));
  await pipeline.register({
    instanceId,
    url: typebot.url,
    publicId,
    settings: { ...settings, transcription: { url: service.url, apiKey: sealed, ...transcription } },
  });
  const chat = { instanceId, jid: `55319${String(chats).padStart(8, '0')}@s.whatsapp.net` };
  return {
    ...chat,
    say: (said: string) => pipeline.say(chat, said),
    async speak(said = words) {
      const keyId = newKeyId();
      const url = files.add(`${keyId}.ogg`, voiceNote(said));
      await pipeline.publish(inboundMedia({ ...chat, keyId, media: 'audio', url, mimeType: 'audio/ogg; codecs=opus' }));
      return { keyId, url };
    },
    handled: (events: number) => pipeline.tables.handled(instanceId, events),
    async told() {
      await pipeline.tables.acknowledged(instanceId);
      return pipeline.consumer.textsTo(instanceId);
    },
  };
}

/** The last message Typebot received in any session. */
const lastHeard = (): unknown => typebot.heard.at(-1)?.message;
const linesAbout = (instanceId: string) =>
  pipeline.logs.filter((line) => line['instanceId'] === instanceId && line.msg.startsWith('transcription'));

test('a voice note answers as its text, and a first voice note starts the bot with its text', async () => {
  const chat = await chatWith('says', { language: 'pt' });
  await chat.speak('bom dia');
  await chat.speak();
  await chat.handled(2);
  expect(await chat.told()).toEqual(['started by bom dia', `heard ${words}`]);
  expect(lastHeard()).toBe(words);
  expect(service.requests.slice(-2)).toMatchObject([
    { authorization: `Bearer ${apiKey}`, language: 'pt', model: 'whisper-1', fileName: 'audio.ogg', status: 200 },
    { status: 200 },
  ]);
});

test('the prefix precedes the transcribed text', async () => {
  const chat = await chatWith('says', { prefix: '[áudio] ' });
  await chat.say('oi');
  await chat.speak();
  await chat.handled(2);
  expect(await chat.told()).toContain(`heard [áudio] ${words}`);
});

test('a voice note is text even where the bot accepts audio clips', async () => {
  const chat = await chatWith('clips');
  await chat.say('oi');
  await chat.speak();
  await chat.handled(2);
  expect(lastHeard()).toBe(words);
});

test('where the bot asks for a file, a recording is the file and is not transcribed', async () => {
  const before = service.requests.length;
  const chat = await chatWith('files');
  await chat.say('oi');
  const { url } = await chat.speak();
  await chat.handled(2);
  expect(lastHeard()).toBe(url);
  expect(service.requests).toHaveLength(before);
});

const failures: [
  what: string,
  prepare: () => void,
  transcription: () => Partial<NonNullable<SettingsInput['transcription']>>,
  code: string,
][] = [
  ['a 500', () => service.nextMood({ type: 'answer', answer: { status: 500, body: words } }), () => ({}), 'status_500'],
  ['no answer in time', () => service.nextMood({ type: 'hang' }), () => ({}), 'TIMEOUT'],
  ['a wrong key', () => {}, () => ({ apiKey: 'v1.00000000.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }), 'key_unreadable'],
  ['a private host that is not allowed', () => {}, () => ({ url: notAllowed.url, apiKey: null }), 'EGRESS_REFUSED: not_public_address'],
];

test.each(failures)(
  'after %s the recording is passed on as an audio clip where the bot accepts clips',
  async (_what, prepare, transcription, code) => {
    const chat = await chatWith('clips', transcription());
    await chat.say('oi');
    await chat.handled(1);
    prepare();
    const { url } = await chat.speak();
    const outcomes = await chat.handled(2);
    expect(outcomes.map(({ final }) => final)).toEqual(['answered', 'answered']);
    expect(lastHeard()).toEqual({ type: 'audio', url });
    expect(linesAbout(chat.instanceId)).toEqual([expect.objectContaining({ level: 40, msg: 'transcription.failed', code })]);
  },
);

test.each(failures)(
  'after %s the recording is passed on by its address elsewhere, and the next message is answered after it',
  async (_what, prepare, transcription) => {
    const chat = await chatWith('says', transcription());
    await chat.say('oi');
    await chat.handled(1);
    prepare();
    const { url } = await chat.speak();
    await chat.say('depois');
    await chat.handled(3);
    expect(await chat.told()).toEqual(['started by oi', `heard ${url}`, 'heard depois']);
    expect(notAllowed.requests).toEqual([]);
  },
);

test('a recording without speech is passed on unchanged', async () => {
  const chat = await chatWith('says');
  await chat.say('oi');
  const { url } = await chat.speak(' ');
  await chat.handled(2);
  expect(await chat.told()).toContain(`heard ${url}`);
});

test('the API key reaches the service and is stored in no table', async () => {
  const chat = await chatWith('says');
  await chat.speak();
  await chat.handled(1);
  expect(service.requests.at(-1)?.authorization).toBe(`Bearer ${apiKey}`);
  const { sql } = pipeline.database;
  const tables = await sql<{ name: string }[]>`select table_name as name from information_schema.tables where table_schema = 'public'`;
  expect(tables.length).toBeGreaterThan(10);
  for (const { name } of tables) {
    const [found] = await sql`select count(*)::int as rows from ${sql(name)} t where t::text like ${'%sk-of-the-tenant%'}`;
    expect([name, found?.['rows']]).toEqual([name, 0]);
  }
});

test('a transcription is not paid again when the worker is killed after it', { timeout: 60_000 }, async () => {
  await worker.stop();
  const child = await pipeline.spawnWorker();
  const chat = await chatWith('says');
  await chat.say('oi');
  await chat.handled(1);
  const before = service.requests.length;
  const answer = service.hold();
  const { keyId } = await chat.speak();
  await waitUntil(() => service.requests.length > before, { what: 'the service to be asked' });
  // The child cannot write what it decides now.
  const unlock = await lockChats(chat.instanceId);
  answer();
  await waitUntil(async () => (await transcripts(chat.instanceId)).includes(words), { what: 'the words to be kept' });
  await child.kill();
  // Its commit waits at PostgreSQL, which would still execute it after the kill.
  await pipeline.database
    .sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = 'typelane-worker'`;
  await unlock();
  expect(await pipeline.tables.finals(chat.instanceId)).toMatchObject({ [keyId]: null });

  worker = await pipeline.startWorker();
  await chat.handled(2);
  expect(await chat.told()).toEqual(['started by oi', `heard ${words}`]);
  expect(service.requests).toHaveLength(before + 1);
});

async function transcripts(instanceId: string): Promise<(string | null)[]> {
  const rows = await pipeline.database.sql<{ transcript: string | null }[]>`select transcript from media where instance_id = ${instanceId}`;
  return rows.map(({ transcript }) => transcript);
}

/** Holds the rows of an instance's chats, so that they can be read and not written. */
async function lockChats(instanceId: string): Promise<() => Promise<void>> {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  let locked = (): void => {};
  const isLocked = new Promise<void>((resolve) => (locked = resolve));
  const over = pipeline.database.sql.begin(async (transaction) => {
    await transaction`select from conversations where instance_id = ${instanceId} for update`;
    locked();
    await released;
  });
  await isLocked;
  return async () => {
    release();
    await over;
  };
}
