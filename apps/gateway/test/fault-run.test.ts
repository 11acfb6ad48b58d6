import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault } from '@typelane/testkit';
import { Redis } from 'ioredis';
import { afterAll, expect, inject, onTestFinished, test } from 'vitest';
import { startTestGateway, waitUntil } from './harness.ts';
import type { Rig } from './rigs/rig.ts';
import { rigs } from './rigs/index.ts';
import { gatewayChild } from './run/child.ts';
import { startEcho } from './run/echo.ts';

/** Webhooks through each kind. `GATEWAY_RUN_WEBHOOKS=5000 npm test -- apps/gateway/test/fault-run.test.ts` is the long run. */
const webhooks = Number(process.env['GATEWAY_RUN_WEBHOOKS'] ?? 200);
const perChat = webhooks > 1_000 ? 25 : 10;
const kills = webhooks > 1_000 ? 8 : 2;
const timeoutMs = 45_000 + webhooks * 100;

afterAll(() => Promise.all(rigs.map((rig) => rig.close())));
const home = await startTestGateway(rigs.map(({ host }) => host));
await home.stop();

test.each(rigs)('through $kind every text is answered once and in its order, whatever breaks', { timeout: timeoutMs }, async (rig) => {
  const { instanceId, webhookURL } = await home.channel(rig.kind, rig.settings);
  const prefix = `${home.prefix}-run-${rig.kind}`;
  const child = gatewayChild({
    ...home.options,
    QUEUE_PREFIX: prefix,
    GATEWAY_PORT: Number(new URL(webhookURL).port),
    settleMs: 2_000,
    consumer: { pace: false, backoffMs: 20, lockMs: 1_500 },
  });
  const redis = new Redis(inject('redisUrl'), { maxRetriesPerRequest: null });
  const echo = await startEcho(redis, prefix);
  rig.sent.length = 0;
  const random = mulberry(instanceId.length + rig.kind.length);
  rig.fault(() => faultFrom(rig, random()));
  await child.start();
  onTestFinished(async () => {
    await child.kill();
    await echo.close();
    redis.disconnect();
  });

  const chats = Array.from({ length: Math.ceil(webhooks / perChat) }, (_, chat) => `5531${90_000_0000 + chat}@s.whatsapp.net`);
  const telling = tellStatuses(rig, webhookURL);
  onTestFinished(() => telling.stop());
  const talking = Promise.all(chats.map((from, chat) => talk(rig, webhookURL, from, chat, random)));
  for (let kill = 0; kill < kills; kill += 1) {
    const seen = echo.answered();
    await waitUntil(() => echo.answered() >= Math.min(seen + 10, webhooks), { what: 'replies before the next kill', timeoutMs });
    await child.kill();
    await child.start();
  }
  await talking;
  await waitUntil(() => echo.answered() === webhooks, { what: `all ${webhooks} replies`, timeoutMs, everyMs: 100 });

  // The judge looks at WhatsApp's side alone.
  for (const [chat, from] of chats.entries()) {
    const phone = from.split('@')[0] ?? '';
    const got = rig.sent.filter(({ to }) => to.startsWith(phone)).map(({ text }) => text);
    expect(got).toEqual(Array.from({ length: perChat }, (_, n) => `re: chat ${chat} text ${n}`));
  }
  expect(echo.failures).toEqual([]);
});

/** As the gateways do: a text again and again until it is taken, one after another in a chat, one in ten twice. */
async function talk(rig: Rig, url: string, from: string, chat: number, random: () => number): Promise<void> {
  for (let n = 0; n < perChat; n += 1) {
    const message = { id: `3EB0-${chat}-${n}`, from, text: `chat ${chat} text ${n}`, name: 'Ana' };
    const times = random() < 0.1 ? 2 : 1;
    for (let taken = 0; taken < times;) {
      if ((await rig.deliverText(url, message)) === 200) taken += 1;
      else await sleep(50);
    }
  }
}

/** Tells that each message was delivered, until the gateway process has heard it. */
function tellStatuses(rig: Rig, url: string): { stop(): void } {
  let told = 0;
  let isOver = false;
  const tell = async (): Promise<void> => {
    while (!isOver) {
      const message = rig.sent[told];
      if (message !== undefined && (await rig.deliverStatus(url, message, 'delivered')) === 200) told += 1;
      else await sleep(20);
    }
  };
  void tell();
  return { stop: () => void (isOver = true) };
}

function faultFrom(rig: Rig, dice: number): Fault | null {
  if (dice < 0.05) return rig.tooMany;
  if (dice < 0.08)
    return { type: 'answer', status: 500, body: { status: 500, error: 'Internal', response: { message: 'Connection Closed' } } };
  if (dice < 0.11) return { type: 'reset' };
  if (dice < 0.16) return { type: 'resetAfter' };
  return null;
}

/** A small generator with a seed: the same faults each time. */
function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
