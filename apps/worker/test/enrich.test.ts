import type { SettingsInput } from '@typelane/core';
import {
  askFile,
  askText,
  type BotScript,
  type FakeTranscription,
  type FakeTypebot,
  goTo,
  inboundEvent,
  inboundMedia,
  type InboundOptions,
  newKeyId,
  startFakeTranscription,
  startFakeTypebot,
  text,
  voiceNote,
} from '@typelane/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type FileHost, startFileHost } from './file-host.ts';
import { type Bot, type Pipeline, publicUrl, startPipeline } from './harness.ts';

/** A message is enriched before the bot receives it, and only if the bot may receive it. */
let typebot: FakeTypebot;
let service: FakeTranscription;
let files: FileHost;
let pipeline: Pipeline;

const says: BotScript = {
  variables: ['message'],
  groups: { Start: [text('hello'), goTo('Ask')], Ask: [askText({ save: 'message' }), text('heard {{message}}'), goTo('Ask')] },
};
const takesFiles: BotScript = {
  variables: ['file'],
  groups: { Start: [text('hello'), goTo('Ask')], Ask: [askFile({ save: 'file' }), text('heard {{file}}'), goTo('Ask')] },
};

beforeAll(async () => {
  typebot = await startFakeTypebot({ bots: { says, files: takesFiles } });
  service = await startFakeTranscription();
  files = await startFileHost();
  pipeline = await startPipeline({ typebots: [typebot.url, service.url, files.url], timeoutMs: 3_000 });
});

afterAll(async () => {
  await pipeline.close();
  for (const server of [typebot, service, files]) await server.close();
});

afterEach(() => checkRest());

/** Checked after every test. */
function checkRest(): void {
  typebot.assertClean();
  expect(pipeline.consumer.breaches).toEqual([]);
}

let chats = 0;

async function chatWith(publicId: string, settings: SettingsInput = {}, bot: Partial<Bot> = {}) {
  const instanceId = await pipeline.register({ ...bot, url: typebot.url, publicId, settings });
  const chat = { instanceId, jid: `55318${String((chats += 1)).padStart(8, '0')}@s.whatsapp.net` };
  return {
    ...chat,
    say: (said: string) => pipeline.say(chat, said),
    /** A voice note at the gateway's own address, which has a query: Typebot's file input would not take it. */
    async speak(said: string, more: Partial<InboundOptions> = {}) {
      const keyId = newKeyId();
      const url = files.add(`${keyId}.ogg?expires=1`, voiceNote(said));
      await pipeline.publish(inboundMedia({ ...chat, keyId, media: 'audio', url, mimeType: 'audio/ogg', ...more }));
      return { keyId, url };
    },
    handled: (events: number) => pipeline.tables.handled(instanceId, events),
    async told() {
      await pipeline.tables.acknowledged(instanceId);
      return pipeline.consumer.textsTo(instanceId);
    },
  };
}

const transcription = () => ({ transcription: { url: service.url } });
const lastHeard = (): unknown => typebot.heard.at(-1)?.message;

test("a file whose address Typebot would refuse reaches it by Typelane's address", async () => {
  const chat = await chatWith('files');
  await chat.say('oi');
  await chat.speak('bom dia');
  await chat.handled(2);
  expect(lastHeard()).toMatch(new RegExp(`^${publicUrl}/media/[0-9a-f-]{36}/[0-9a-f]{64}/[\\w-]+\\.ogg$`));
});

test('a file whose address Typebot accepts reaches it by that address and is not fetched', async () => {
  const chat = await chatWith('files');
  await chat.say('oi');
  await chat.handled(1);
  const asked = files.asked.length;
  const url = files.add('photo.jpg', Buffer.from('jpeg'), 'image/jpeg');
  await pipeline.publish(inboundMedia({ ...chat, media: 'image', url }));
  await chat.handled(2);
  expect(lastHeard()).toBe(url);
  expect(files.asked).toHaveLength(asked);
});

test('a voice note contained in its event is transcribed', async () => {
  const chat = await chatWith('says', transcription());
  await chat.say('oi');
  await pipeline.publish(
    inboundEvent(chat, 'audio', { mimetype: 'audio/ogg; codecs=opus', base64: voiceNote('do evento').toString('base64') }),
  );
  await chat.handled(2);
  expect(await chat.told()).toEqual(['hello', 'heard do evento']);
});

test('a file that cannot be fetched is passed on with its original address', async () => {
  const chat = await chatWith('says', transcription());
  await chat.say('oi');
  const url = `${files.url}/gone.ogg?expires=0`;
  await pipeline.publish(inboundMedia({ ...chat, media: 'audio', url, mimeType: 'audio/ogg' }));
  await chat.say('depois');
  await chat.handled(3);
  expect(await chat.told()).toEqual(['hello', `heard ${url}`, 'heard depois']);
});

test('a file is passed on with its original address while the store cannot be written', async () => {
  const chat = await chatWith('says', transcription());
  await chat.say('oi');
  await chat.handled(1);
  const { sql } = pipeline.database;
  await sql`alter table media rename to media_away`;
  try {
    const { url } = await chat.speak('bom dia');
    await chat.handled(2);
    expect(lastHeard()).toBe(url);
  } finally {
    await sql`alter table media_away rename to media`;
  }
});

test.each<[what: string, settings: SettingsInput, event: Partial<InboundOptions>, bot: Partial<Bot>, final: string]>([
  ['of the human on the phone', {}, { fromMe: true }, {}, 'ignored: human'],
  ['while the integration is disabled', {}, {}, { enabled: false }, 'ignored: disabled'],
  ['in a group', {}, { jid: '120363000000000001@g.us' }, {}, 'ignored: group'],
  ['that is stale', {}, { timestamp: 1_700_000_000 }, {}, 'ignored: stale'],
  ['of a chat that is ignored', { ignoreJids: ['@s.whatsapp.net'] }, {}, {}, 'ignored: ignored_jid'],
  ['without a session where only a keyword starts one', { trigger: { type: 'keyword', value: 'oi' } }, {}, {}, 'ignored: no_trigger'],
])('a voice note %s is neither fetched nor transcribed', async (_what, settings, event, bot, final) => {
  const before = [files.asked.length, service.requests.length];
  const chat = await chatWith('says', { ...transcription(), ...settings }, bot);
  const { keyId } = await chat.speak('oi', event);
  await chat.handled(1);
  expect(await pipeline.tables.finals(chat.instanceId)).toEqual({ [keyId]: final });
  expect([files.asked.length, service.requests.length]).toEqual(before);
});

test('a voice note in a paused chat is neither fetched nor transcribed', async () => {
  const chat = await chatWith('says', transcription());
  await chat.say('oi');
  await chat.handled(1);
  await pipeline.say(chat, 'eu assumo', { fromMe: true });
  await chat.handled(2);
  const before = [files.asked.length, service.requests.length];
  const { keyId } = await chat.speak('oi');
  await chat.handled(3);
  expect(await pipeline.tables.finals(chat.instanceId)).toMatchObject({ [keyId]: 'ignored: paused' });
  expect([files.asked.length, service.requests.length]).toEqual(before);
});

test("when messages from the phone count as the contact's, voice notes from the phone are transcribed", async () => {
  const chat = await chatWith('says', { ...transcription(), fromMe: 'listen' });
  await chat.say('oi');
  await chat.handled(1);
  await chat.speak('do telefone', { fromMe: true });
  await chat.handled(2);
  expect(await chat.told()).toEqual(['hello', 'heard do telefone']);
});
