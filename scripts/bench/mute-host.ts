import { setTimeout as sleep } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { Redis } from 'ioredis';
import { createLoad, eventOf, instanceId } from './load.ts';
import { quantile } from './quantile.ts';
import type { Finding } from './finding.ts';
import { typelaneWorker, type Workplace } from './workplace.ts';

/** Times their own p95 that chats may take while another instance's Typebot answers nobody. */
const ratioMax = 2;

const muteInstance = 'bench-mute';
const muteChats = 400;

type MuteHostResult = { aloneMs: number; besideMs: number; ratio: number };

/**
 * p95 at 100 messages a second, without and with 400 chats of another instance whose Typebot answers nobody: twice the worker's concurrency. Both in one worker,
 * one after the other; the second begins when the mute host holds what it may hold.
 */
export async function findMuteHost(place: Workplace, { chats, seconds }: { chats: number; seconds: number }): Promise<Finding> {
  const result = await measure(place, chats, seconds);
  return { rows: [rowOf(result)], problems: problemsOf(result), figures: { muteHost: result } };
}

async function measure(place: Workplace, chats: number, seconds: number): Promise<MuteHostResult> {
  const prefix = 'bench-mute';
  await place.empty();
  const [typebot, mute] = [await place.startTypebot(), await place.startTypebot({ mute: true })];
  await place.register(instanceId, typebot);
  await place.register(muteInstance, mute);
  const worker = await place.startWorker(typelaneWorker, prefix, [typebot, mute]);
  const load = createLoad(place.redisUrl, prefix, false);
  const redis = new Redis(place.redisUrl, { maxRetriesPerRequest: null });
  const inbound = new Queue('inbound', { connection: redis, prefix });
  try {
    await load.warmUp(chats);
    const aloneMs = quantile(await load.steady(chats, 100, seconds), 0.95);
    await inbound.addBulk(
      Array.from({ length: muteChats }, (_, chat) => ({
        name: 'message',
        data: { ...eventOf(`54${chat + 100_000_000}@s.whatsapp.net`, 0), instance: { instanceId: muteInstance, name: 'Mute' } },
      })),
    );
    while ((await mute.stats()).busy === 0) await sleep(10);
    const besideMs = quantile(await load.steady(chats, 100, seconds), 0.95);
    return { aloneMs, besideMs, ratio: besideMs / aloneMs };
  } finally {
    await worker.stop();
    await load.close();
    await inbound.close();
    redis.disconnect();
    await typebot.stop();
    await mute.stop();
  }
}

function problemsOf({ ratio }: MuteHostResult): string[] {
  return ratio > ratioMax ? ['mute host: chats of others take more times their p95 than the bound'] : [];
}

function rowOf({ aloneMs, besideMs, ratio }: MuteHostResult): string {
  return `mute host  p95 of other chats ${besideMs.toFixed(1)} ms beside it, ${aloneMs.toFixed(1)} ms without: ${ratio.toFixed(2)} x (bound: at most ${ratioMax})`;
}
