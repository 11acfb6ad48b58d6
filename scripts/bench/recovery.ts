import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { eventOf, instanceId } from './load.ts';
import type { Finding } from './finding.ts';
import { typelaneWorker, type Workplace } from './workplace.ts';

/** Times the lease of a call within which a killed worker's chats must go on. */
const ratioMax = 1.5;

const chats = 50;

/** Milliseconds. Like the defaults to one another, and a tenth of them. `sendWithinMs` is the worker's own (apps/worker/src/converse). */
const times = { sendWithinMs: 5_000, timeoutMs: 3_000, quarantineMs: 4_000, sweepMs: 1_000 };
const leaseMs = times.sendWithinMs + times.timeoutMs + times.quarantineMs;

type RecoveryResult = { leaseMs: number; firstMs: number; slowestMs: number; ratio: number };

/** One of two workers is killed while it asks Typebot for fifty chats. Each chat's next message is answered by the other: after how long? */
export async function findRecovery(place: Workplace): Promise<Finding> {
  const result = await measure(place);
  return { rows: [rowOf(result)], problems: problemsOf(result), figures: { recovery: result } };
}

async function measure(place: Workplace): Promise<RecoveryResult> {
  const prefix = 'bench-recovery';
  await place.empty();
  const typebot = await place.startTypebot({ latencyMs: 2_000 });
  await place.register(instanceId, typebot);
  const env = {
    TYPEBOT_TIMEOUT_MS: String(times.timeoutMs),
    TYPEBOT_QUARANTINE_MS: String(times.quarantineMs),
    SWEEP_INTERVAL_MS: String(times.sweepMs),
  };
  const start = () => place.startWorker(typelaneWorker, prefix, [typebot], env);
  const doomed = await start();
  const lines = listen(place.redisUrl, prefix);
  try {
    await lines.say(0);
    await lines.heard(0);
    // It is the inbound reader: the worker that will be killed starts what arrives now.
    const heir = await start();
    await lines.say(1);
    while ((await typebot.stats()).busy < chats) await new Promise((resolve) => setTimeout(resolve, 10));
    process.kill(doomed.pid, 'SIGKILL');
    const killedAt = performance.now();
    await lines.say(2);
    const tookMs = (await lines.heard(2)).map((at) => at - killedAt);
    await heir.stop();
    const slowestMs = Math.max(...tookMs);
    return { leaseMs, firstMs: Math.min(...tookMs), slowestMs, ratio: slowestMs / leaseMs };
  } finally {
    await doomed.stop();
    await lines.close();
    await typebot.stop();
  }
}

function problemsOf({ ratio }: RecoveryResult): string[] {
  return ratio > ratioMax ? ['recovery: more times the lease than the bound'] : [];
}

function rowOf({ leaseMs: lease, firstMs, slowestMs, ratio }: RecoveryResult): string {
  return `recovery   ${chats} chats of a killed worker were answered ${(firstMs / 1_000).toFixed(1)} to ${(slowestMs / 1_000).toFixed(1)} s later: ${ratio.toFixed(2)} x the lease of ${lease / 1_000} s (bound: at most ${ratioMax})`;
}

/** Publishes a message to each chat, and says when each was answered. */
function listen(redisUrl: string, prefix: string) {
  const [producing, consuming] = [redisUrl, redisUrl].map((url) => new Redis(url, { maxRetriesPerRequest: null }));
  if (!producing || !consuming) throw new Error('no connections');
  const inbound = new Queue('inbound', { connection: producing, prefix });
  const answeredAt = new Map<string, number>();
  let heardOne = (): void => {};
  const take = async ({ data }: { data: { to: string; messages: { text: string }[] } }): Promise<{ keyIds: string[] }> => {
    answeredAt.set(`${data.to} ${data.messages[0]?.text}`, performance.now());
    heardOne();
    return { keyIds: [] };
  };
  const consumer = new Worker('outbound', take, { connection: consuming, prefix, concurrency: chats });
  const jids = Array.from({ length: chats }, (_, chat) => `55${String(chat).padStart(9, '0')}@s.whatsapp.net`);
  return {
    async say(n: number): Promise<void> {
      await inbound.addBulk(jids.map((jid) => ({ name: 'message', data: eventOf(jid, n) })));
    },
    async heard(n: number): Promise<number[]> {
      const answers = () => jids.flatMap((jid) => answeredAt.get(`${jid} ${n}`) ?? []);
      while (answers().length < chats) await new Promise<void>((resolve) => (heardOne = resolve));
      return answers();
    },
    async close(): Promise<void> {
      await consumer.close();
      await inbound.close();
      producing.disconnect();
      consuming.disconnect();
    },
  };
}
