import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import {
  askFile,
  askText,
  type BotScript,
  type FakeTypebot,
  goTo,
  inboundEvent,
  inboundText,
  startFakeTypebot,
  text,
  waitUntil,
} from '@typelane/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Pipeline, startPipeline } from './harness.ts';

/** Files of one tenant that are slow to fetch or to store delay nobody else and are not lost. */
let typebot: FakeTypebot;
let pipeline: Pipeline;
let slow: SlowServer;

const takesFiles: BotScript = {
  variables: ['file'],
  groups: {
    Ask: [text('send'), askFile({ save: 'file', options: { allowedFileTypes: { isEnabled: true, types: ['.png'] } } }), text('thanks')],
  },
};
const echo: BotScript = {
  variables: ['message'],
  groups: { Start: [text('hi'), goTo('Ask')], Ask: [askText({ save: 'message' }), text('heard {{message}}'), goTo('Ask')] },
};

beforeEach(async () => {
  typebot = await startFakeTypebot({ bots: { files: takesFiles, echo } });
  slow = await startSlowServer();
});

afterEach(async () => {
  slow.release();
  await pipeline.close();
  await slow.close();
  typebot.assertClean();
  await typebot.close();
});

const png = randomBytes(2_000);

test("fetches that hang leave capacity for everybody else's files", async () => {
  pipeline = await startPipeline({ typebots: [typebot.url, slow.url], concurrency: 12, timeoutMs: 5_000 });
  const guilty = await pipeline.register({ url: typebot.url, publicId: 'files' });
  const honest = await pipeline.register({ url: typebot.url, publicId: 'files' });
  const jids = Array.from({ length: 30 }, (_, n) => `5531555${String(n).padStart(6, '0')}@s.whatsapp.net`);
  for (const jid of jids) await pipeline.say({ instanceId: guilty, jid }, 'hello');
  await pipeline.tables.handled(guilty, 30);
  for (const jid of jids)
    await pipeline.publish(
      inboundEvent({ instanceId: guilty, jid }, 'image', { url: `${slow.url}/hang?Expires=1`, mimetype: 'image/png' }),
    );
  await waitUntil(() => slow.held() > 0, { what: 'a fetch that hangs' });
  const chat = { instanceId: honest, jid: '5531444000000@s.whatsapp.net' };
  await pipeline.say(chat, 'hello');
  await pipeline.tables.handled(honest, 1);
  await pipeline.publish(inboundEvent(chat, 'image', { url: `${slow.url}/now?Expires=1`, mimetype: 'image/png' }));
  await pipeline.tables.handled(honest, 2);
  await waitUntil(() => pipeline.consumer.textsTo(honest, chat.jid).length === 2, { what: 'both replies' });
  expect(pipeline.consumer.textsTo(honest, chat.jid)).toEqual(['send', 'thanks']);
  // A quarter of the concurrency may wait for files, and one instance may use at most four fifths of that.
  expect(slow.held()).toBeLessThanOrEqual(2);
  slow.release();
  const outcomes = await pipeline.tables.handled(guilty, 60);
  expect(outcomes.filter(({ final }) => final !== 'answered')).toEqual([]);
});

test("a bucket that hangs delays nobody's ingestion, and the file reaches the bot once the bucket is back", async () => {
  pipeline = await startPipeline({ typebots: [typebot.url], concurrency: 12, workers: 0 });
  await pipeline.startWorker({
    MEDIA_S3_BUCKET: 'files',
    MEDIA_S3_ENDPOINT: slow.url,
    MEDIA_S3_ACCESS_KEY_ID: 'id',
    MEDIA_S3_SECRET_ACCESS_KEY: 'secret',
  });
  const guilty = await pipeline.register({ url: typebot.url, publicId: 'files' });
  const honest = await pipeline.register({ url: typebot.url, publicId: 'echo' });
  const jids = Array.from({ length: 20 }, (_, n) => `5531666${String(n).padStart(6, '0')}@s.whatsapp.net`);
  for (const jid of jids) await pipeline.say({ instanceId: guilty, jid }, 'hello');
  await pipeline.tables.handled(guilty, 20);
  slow.hangAll();
  const chat = { instanceId: honest, jid: '5531777000000@s.whatsapp.net' };
  // Each in a separate batch, so that waits for files would add up.
  for (const [nth, jid] of jids.entries()) {
    const image = inboundEvent({ instanceId: guilty, jid }, 'image', { base64: png.toString('base64'), mimetype: 'image/png' });
    await pipeline.publish([image, inboundText({ ...chat, text: 'me too' })]);
    await waitUntil(async () => (await pipeline.tables.outcomes(guilty)).length === 21 + nth, { what: 'the file taken in' });
  }
  const mine = await pipeline.tables.handled(honest, 20);
  expect(mine.filter(({ final }) => final !== 'answered')).toEqual([]);
  expect(slow.held()).toBeGreaterThan(0);
  slow.release();
  const outcomes = await pipeline.tables.handled(guilty, 40, 30_000);
  expect(outcomes.filter(({ final }) => final !== 'answered')).toEqual([]);
  const heard = typebot.heard.filter(({ message }) => /^https:\/\/bots\.example\.com\/media\/.*\.png$/.test(String(message)));
  expect(heard).toHaveLength(20);
  const [{ longest }] = (await pipeline.database.sql`select max(length(event::text)) as longest from inbox`) as [{ longest: number }];
  expect(longest).toBeLessThan(2_000);
});

type SlowServer = { url: string; held(): number; hangAll(): void; release(): void; close(): Promise<void> };

/** A file host and a bucket. Requests for `/hang`, or all requests once everything hangs, wait until they are released. */
async function startSlowServer(): Promise<SlowServer> {
  const held = new Set<() => void>();
  let hangs: 'some' | 'all' | 'none' = 'some';
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    if (request.method === 'GET') response.writeHead(200, { 'content-type': 'image/png' }).end(png);
    else response.writeHead(200, { etag: '"1"' }).end();
  };
  const server = createServer((request, response) => {
    request.resume();
    if (hangs === 'none' || (hangs === 'some' && !request.url?.startsWith('/hang'))) return answer(request, response);
    const go = () => {
      held.delete(go);
      answer(request, response);
    };
    held.add(go);
    response.once('close', () => held.delete(go));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    held: () => held.size,
    hangAll: () => (hangs = 'all'),
    release() {
      hangs = 'none';
      for (const go of held) go();
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
