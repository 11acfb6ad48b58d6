import { startFakeCloudApi, startFakeEvolution, startFakeProgram, startTcpProxy } from '@typelane/testkit';
import { afterAll, expect, inject, test } from 'vitest';
import { startTestGateway, waitUntil } from './harness.ts';

const [meta, evolution, program] = [await startFakeCloudApi(), await startFakeEvolution(), await startFakeProgram()];
const redis = new URL(inject('redisUrl'));
const proxy = await startTcpProxy({ host: redis.hostname, port: Number(redis.port) });
const gateway = await startTestGateway([]);
const cut = await startTestGateway([], { REDIS_URL: proxy.through(inject('redisUrl')) });
afterAll(async () => {
  await proxy.close();
  await Promise.all([meta.close(), evolution.close(), program.close()]);
});

const cloud = {
  phoneNumberId: meta.phoneNumberId,
  accessToken: meta.accessToken,
  appSecret: meta.appSecret,
  verifyToken: meta.verifyToken,
};
const evo = { baseURL: evolution.url, instanceName: 'loja', apikey: 'key' };
const text = { messages: [{ from: '5531999999999', id: 'wamid.1', timestamp: '1790000000', type: 'text', text: { body: 'oi' } }] };
const post = async (url: string, body: string | Buffer, type = 'application/json') =>
  (await fetch(url, { method: 'POST', body, headers: { 'content-type': type } })).status;

test.each<[string, string | Buffer, string, number, string]>([
  ['an empty body', '', 'application/json', 200, 'not_json'],
  ['half a body', '{"event":"mess', 'application/json', 200, 'not_json'],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 'application/json', 200, 'not_json'],
  ['a number', '42', 'text/plain', 200, 'none_of_ours'],
  ['nothing', 'null', 'application/json', 200, 'none_of_ours'],
  ['a body without end', JSON.stringify({ a: 'x'.repeat(9 * 1_024 * 1_024) }), 'application/json', 413, 'too_large'],
])('%s is answered and counted, and the next webhook is taken', async (_, body, type, status, outcome) => {
  const { instanceId, webhookURL } = await gateway.channel('evolution', evo);
  expect(await post(webhookURL, body, type)).toBe(status);
  expect(await gateway.metrics()).toContain(`typelane_gateway_webhooks_total{kind="evolution",outcome="${outcome}"}`);
  const message = { key: { id: '3EB0', remoteJid: '5531999999999@s.whatsapp.net', fromMe: false }, message: { conversation: 'oi' } };
  expect(await evolution.deliver(webhookURL, 'messages.upsert', message)).toBe(200);
  expect(await gateway.inbound(instanceId)).toHaveLength(1);
});

test('Meta hears its challenge back only with the agreed word', async () => {
  const { webhookURL } = await gateway.channel('cloud-api', cloud);
  const ask = (word: string) => fetch(`${webhookURL}?hub.mode=subscribe&hub.verify_token=${word}&hub.challenge=1158201444`);
  const agreed = await ask('agreed-word');
  expect([agreed.status, await agreed.text(), agreed.headers.get('content-type')]).toEqual([
    200,
    '1158201444',
    expect.stringMatching(/^text\/plain/),
  ]);
  expect((await ask('another')).status).toBe(403);
});

test('a signature is over the bytes as they came, so JSON written otherwise does not pass', async () => {
  const { webhookURL } = await gateway.channel('cloud-api', { ...cloud, appSecret: 'test-app-secret' });
  const send = (body: string) =>
    fetch(webhookURL, {
      method: 'POST',
      body,
      headers: { 'x-hub-signature-256': 'sha256=c84a394cc475525991e78ff16e430b02e47f953877d2af0ade26956ce6f384dc' },
    });
  expect((await send('{"object":"whatsapp_business_account","entry":[]}')).status).toBe(200);
  expect((await send('{"object": "whatsapp_business_account","entry":[]}')).status).toBe(401);
});

test('a webhook that was recorded and posted again later is refused', async () => {
  const { webhookURL } = await gateway.channel('generic', { url: program.url, secret: program.secret });
  const event = {
    event: 'messages.upsert',
    data: { keyId: 'x', keyRemoteJid: '5531999999999@s.whatsapp.net', contentType: 'text', content: { text: 'oi' } },
  };
  expect(await program.deliver(webhookURL, event, { at: new Date(Date.now() - 600_000) })).toBe(401);
  expect(await program.deliver(webhookURL, event)).toBe(200);
});

test('while Redis does not answer a webhook is answered with 503, and taken when it comes again', { timeout: 60_000 }, async () => {
  const { instanceId, webhookURL } = await cut.channel('cloud-api', cloud);
  await proxy.cut();
  expect(await meta.deliver(webhookURL, text)).toBe(503);
  expect(await cut.inbound(instanceId)).toEqual([]);
  expect(await cut.metrics()).toContain('outcome="publish_failed"');
  await proxy.restore();
  await waitUntil(async () => (await meta.deliver(webhookURL, text)) === 200, { what: 'the webhook to be taken', timeoutMs: 30_000 });
  expect(await cut.inbound(instanceId)).toHaveLength(1);
});
