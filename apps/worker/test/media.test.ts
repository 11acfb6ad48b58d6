import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { createMediaStore, readSignedAddress } from '@typelane/media';
import { deriveKey } from '@typelane/runtime';
import {
  askFile,
  askText,
  type BotScript,
  type FakeTypebot,
  inboundEvent,
  newKeyId,
  startFakeTypebot,
  text,
  waitUntil,
} from '@typelane/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type FileHost, startFileHost } from './file-host.ts';
import { type Pipeline, publicUrl, secretKey, startPipeline } from './harness.ts';
import { addRaw } from './raw-job.ts';

/** Files whose address a bot cannot open reach it by an address of Typelane that serves their bytes. */
let typebot: FakeTypebot;
let files: FileHost;
let pipeline: Pipeline;

const png = randomBytes(20_000);

const takesFiles: BotScript = {
  variables: ['file'],
  groups: {
    Ask: [
      text('send'),
      askFile({ save: 'file', options: { allowedFileTypes: { isEnabled: true, types: ['.png', '.ogg'] } } }),
      text('got {{file}}'),
    ],
  },
};
const takesAttachments: BotScript = {
  variables: ['files'],
  groups: { Ask: [text('write'), askText({ options: { attachments: { isEnabled: true, saveVariableId: 'v-files' } } }), text('thanks')] },
};

beforeAll(async () => {
  typebot = await startFakeTypebot({ bots: { files: takesFiles, attachments: takesAttachments } });
  files = await startFileHost();
  pipeline = await startPipeline({ typebots: [typebot.url, files.url], timeoutMs: 3_000 });
});

afterAll(async () => {
  await pipeline.close();
  await typebot.close();
  await files.close();
});

afterEach(() => checkRest());

/** Checked after every test. */
function checkRest(): void {
  typebot.assertClean();
  expect(pipeline.consumer.breaches).toEqual([]);
}

let chats = 0;

/** A chat whose bot was started by a first message and waits. */
async function waitingChat(publicId: string) {
  const instanceId = await pipeline.register({ url: typebot.url, publicId });
  const jid = `55319777${String((chats += 1)).padStart(5, '0')}@s.whatsapp.net`;
  await pipeline.say({ instanceId, jid }, 'hello');
  await pipeline.tables.handled(instanceId, 1);
  const send = async (contentType: string, content: Record<string, unknown>, keyId = newKeyId()) => {
    const before = (await pipeline.tables.outcomes(instanceId)).length;
    await pipeline.publish(inboundEvent({ instanceId, jid, keyId }, contentType, content));
    return pipeline.tables.handled(instanceId, before + 1);
  };
  return { instanceId, jid, send };
}

const lastHeard = () => typebot.heard.at(-1)?.message;

/** The file behind an address of Typelane. */
async function bytesAt(address: unknown): Promise<Buffer | null> {
  const file = readSignedAddress({ publicUrl, key: deriveKey(secretKey, 'media address') }, String(address));
  const store = createMediaStore({ type: 'folder', folder: join(pipeline.env.DATA_DIR, 'media') }, { sizeBytesMax: 1e9 });
  const opened = file && (await store.open(file.mediaId));
  return opened && buffer(opened.stream);
}

/** The newest event of an instance, as stored in the inbox. */
async function newestEvent(instanceId: string): Promise<{ text: string; content: Record<string, unknown> }> {
  const [row] = await pipeline.database.sql`
    select i.event::text as text, i.event -> 'data' -> 'content' as content
    from inbox i join conversations c using (conversation_id) where c.instance_id = ${instanceId} order by seq desc limit 1`;
  return row as { text: string; content: Record<string, unknown> };
}

test('a photo contained in its event answers a file input with an address that serves its bytes', async () => {
  const { instanceId, send } = await waitingChat('files');
  const outcomes = await send('image', { base64: png.toString('base64'), mimetype: 'image/png' });
  expect(outcomes.at(-1)).toMatchObject({ final: 'answered' });
  expect(lastHeard()).toMatch(/^https:\/\/bots\.example\.com\/media\/[0-9a-f-]{36}\/[0-9a-f]{64}\/image\.png$/);
  expect((await bytesAt(lastHeard()))?.equals(png)).toBe(true);
  const { text: kept } = await newestEvent(instanceId);
  expect(kept.length).toBeLessThan(2_000);
});

test('a photo with a caption answers a text input that accepts attachments', async () => {
  const { send } = await waitingChat('attachments');
  await send('imageMessage', {
    imageMessage: { url: 'https://mmg.whatsapp.net/o1/x', mimetype: 'image/png', caption: 'my house' },
    base64: png.toString('base64'),
  });
  const heard = lastHeard() as { text: string; attachedFileUrls: string[] };
  expect(heard).toMatchObject({ type: 'text', text: 'my house', attachedFileUrls: [expect.stringMatching(/\/image\.png$/)] });
  expect((await bytesAt(heard.attachedFileUrls[0]))?.equals(png)).toBe(true);
});

test('a file whose address expires is copied before the bot receives it', async () => {
  const { send } = await waitingChat('files');
  const address = files.add('download/7?Expires=300&Signature=x', png, 'image/png');
  const outcomes = await send('image', { url: address, mimetype: 'image/png' });
  expect(outcomes.at(-1)).toMatchObject({ final: 'answered' });
  expect(lastHeard()).toMatch(/^https:\/\/bots\.example\.com\/media\/.*\/image\.png$/);
  expect((await bytesAt(lastHeard()))?.equals(png)).toBe(true);
});

test('an address that a bot can open is passed on unchanged', async () => {
  const { send } = await waitingChat('files');
  const address = files.add('photo.png', png, 'image/png');
  await send('image', { url: address });
  expect(lastHeard()).toBe(address);
  expect(files.asked).not.toContain('/photo.png');
});

test('a repeated event stores no file twice', async () => {
  const { instanceId, send, jid } = await waitingChat('files');
  const keyId = newKeyId();
  const content = { base64: png.toString('base64'), mimetype: 'image/png' };
  await send('image', content, keyId);
  await pipeline.publish(inboundEvent({ instanceId, jid, keyId }, 'image', content));
  await send('text', { text: 'and then?' });
  expect(await pipeline.database.sql`select from media where instance_id = ${instanceId}`).toHaveLength(1);
  expect(await pipeline.tables.outcomes(instanceId)).toHaveLength(3);
});

test('when a file cannot be stored, only the file is lost and the message is answered', async () => {
  const { instanceId, send } = await waitingChat('attachments');
  await send('image', { base64: 'this is no base64!', caption: 'my house' });
  expect(lastHeard()).toBe('my house');
  expect((await newestEvent(instanceId)).content).toEqual({ caption: 'my house', mediaError: 'not_base64' });
});

test('a job with a file above its limit is a dead letter, as any job of that size', async () => {
  const { instanceId, jid } = await waitingChat('files');
  const event = inboundEvent({ instanceId, jid }, 'image', { base64: randomBytes(600_000).toString('base64') });
  await addRaw(pipeline.redis, `${pipeline.prefix}:inbound`, newKeyId(), JSON.stringify(event));
  const letters = async () => (await pipeline.tables.deadLetters()).map(({ reason }) => reason);
  await waitUntil(async () => (await letters()).length > 0, { what: 'the dead letter' });
  expect(await letters()).toEqual(['too_large']);
});

test('expired files are deleted by the sweep', async () => {
  const { instanceId, send } = await waitingChat('files');
  await send('image', { base64: png.toString('base64'), mimetype: 'image/png' });
  const address = lastHeard();
  await pipeline.database.sql`update media set expires_at = now() - interval '1 second' where instance_id = ${instanceId}`;
  const rows = () => pipeline.database.sql`select from media where instance_id = ${instanceId}`;
  await waitUntil(async () => (await rows()).length === 0, { what: 'the sweep', timeoutMs: 10_000 });
  expect(await bytesAt(address)).toBeNull();
});
