import { setTimeout as sleep } from 'node:timers/promises';
import { connect, createIntegration } from '@typelane/db';
import { type FakeTypebot, inboundText, type Mood, moods, startFakeTypebot, waitUntil } from '@typelane/testkit';
import { Redis } from 'ioredis';
import { startConsumer } from '../consumer.ts';
import type { Alteration } from '../faults/alter.ts';
import { alteredEnv } from '../faults/altered-env.ts';
import { echoBot } from '../order/echo-bot.ts';
import { type Fault, faultsOf, type History, type Published } from './checker.ts';
import { hire } from './crew.ts';
import type { Behaviour, ChaosPlan, PlannedFault } from './plan.ts';
import { startProducer } from './producer.ts';
import { freshPrefix, type Servers } from './servers.ts';

/** Milliseconds. Short, so that a run is short; the bounds of recovery are made of them. */
const times = { timeoutMs: 1_000, quarantineMs: 1_500, sweepMs: 1_000, leaseMs: 5_000, sendWithinMs: 5_000 };

export type ChaosReport = {
  seed: number;
  faults: Fault[];
  /** What was done, when (milliseconds from the start). */
  log: { at: number; what: string }[];
  events: number;
  doubts: number;
  redeliveries: number;
  seconds: number;
  /** Everything seen, for whoever has to find out why. */
  history: History;
};

/** Lets a plan run on these servers and says what went wrong, judged from outside. `alterations`: bugs planted in the workers. */
export async function runChaos(plan: ChaosPlan, servers: Servers, alterations: Alteration[] = []): Promise<ChaosReport> {
  const startedAt = performance.now();
  const log: ChaosReport['log'] = [];
  const note = (what: string): void => void log.push({ at: Math.round(performance.now() - startedAt), what });
  const scene = await setScene(plan, servers, alterations);
  const effects = { doubts: 0, redeliveries: 0 };
  try {
    const published: Published[] = [];
    const publishing = publishAll(plan, scene.instances, scene.producer, published);
    await strikeAll(plan, scene, effects, note);
    const poison = await publishing;
    note('published');
    const isDrained = await drained(scene.database, scene.instances.ids, published.length);
    note(isDrained ? 'drained' : 'not drained');
    await scene.crew.stop();
    const history = await historyOf(plan, scene, { published, poison, isDrained, effects });
    const doubts = history.ended.filter(({ final }) => final === 'uncertain').length;
    const redeliveries = history.deliveries.length - new Set(history.deliveries.map(({ replyId }) => replyId)).size;
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    return { seed: plan.seed, faults: faultsOf(history), log, events: published.length, doubts, redeliveries, seconds, history };
  } finally {
    await scene.close();
  }
}

type Scene = Awaited<ReturnType<typeof setScene>>;

async function setScene(plan: ChaosPlan, servers: Servers, alterations: Alteration[]) {
  const prefix = freshPrefix();
  const spoilt = { calls: 0 };
  const typebot = await startTypebot(plan, spoilt);
  const database = connect(servers.postgres.watchUrl(), { connectionsMax: 4, applicationName: 'chaos' });
  const consumer = startConsumer({ redisUrl: servers.redis.watchUrl(), prefix, consumes: true });
  const producer = startProducer(servers.redis.watchUrl(), prefix);
  const redis = new Redis(servers.redis.watchUrl(), { maxRetriesPerRequest: null });
  redis.on('error', () => {});
  const instances = await registerInstances(plan, database, typebot);
  const env = (): Record<string, string> => ({ ...alteredEnv(alterations), ...workerEnv(servers, typebot, prefix) });
  const crew = await hire(plan.workers, env);
  return {
    servers,
    prefix,
    spoilt,
    typebot,
    database,
    consumer,
    producer,
    redis,
    instances,
    crew,
    async close() {
      await crew.stop();
      await producer.close();
      await consumer.close();
      redis.disconnect();
      await database.close();
      await typebot.close();
    },
  };
}

function workerEnv(servers: Servers, typebot: FakeTypebot, prefix: string): Record<string, string> {
  return {
    DATABASE_URL: servers.postgres.url(),
    REDIS_URL: servers.redis.url(),
    EGRESS_ALLOW: new URL(typebot.url).host,
    QUEUE_PREFIX: prefix,
    TYPEBOT_TIMEOUT_MS: String(times.timeoutMs),
    TYPEBOT_QUARANTINE_MS: String(times.quarantineMs),
    SWEEP_INTERVAL_MS: String(times.sweepMs),
    WORKER_CONCURRENCY: '20',
    SECRET_KEY: '0f6b1c8e94d7a2530f6b1c8e94d7a253',
    LOG_LEVEL: 'info',
  };
}

type Effects = { doubts: number; redeliveries: number };

/** Faults overlap, but for two on the same thing. */
async function strikeAll(plan: ChaosPlan, scene: Scene, effects: Effects, note: (what: string) => void): Promise<void> {
  const struck = new Map<string, Promise<void>>();
  for (const fault of plan.faults) {
    await sleep(800);
    note(`${fault.kind} ${fault.worker} ${fault.ms}`);
    const thing = thingOf(fault);
    struck.set(
      thing,
      (struck.get(thing) ?? Promise.resolve()).then(() => strike(fault, scene, effects)),
    );
  }
  await Promise.all(struck.values());
  note('healed');
}

async function historyOf(
  plan: ChaosPlan,
  { typebot, consumer, database, instances, crew, spoilt }: Scene,
  { published, poison, isDrained, effects }: { published: Published[]; poison: number; isDrained: boolean; effects: Effects },
): Promise<History> {
  return {
    published,
    heard: typebot.heard,
    overlaps: typebot.violations.filter(({ type }) => type === 'overlap').length,
    deliveries: consumer.deliveries.map(({ reply }) => reply),
    ended: await endsOf(database, instances.ids),
    deadLetters: await deadLettersOf(database, instances.ids),
    poison,
    isDrained,
    atLeastOnce: new Set([instances.atLeastOnce]),
    doubtsMax: spoilt.calls + effects.doubts * plan.lanes,
    redeliveriesMax: effects.redeliveries * plan.lanes,
    logs: crew.logs(),
  };
}

type Instances = { ids: string[]; atLeastOnce: string };

async function registerInstances({ seed }: ChaosPlan, database: ReturnType<typeof connect>, { url }: FakeTypebot): Promise<Instances> {
  const stamp = `${seed}-${Date.now()}`;
  const ids = [`once-${stamp}`, `again-${stamp}`];
  for (const instanceId of ids) {
    const settings = { staleAfterMinutes: 0, delivery: instanceId.startsWith('again') ? 'at-least-once' : 'at-most-once' };
    const wanted = { instanceId, businessId: null, instanceName: null, publicId: 'echo', typebotURL: url, enabled: true, settings };
    await createIntegration(database, { scope: 'admin' }, wanted);
  }
  return { ids, atLeastOnce: ids[1] ?? '' };
}

async function startTypebot({ behaviours }: ChaosPlan, spoilt: { calls: number }): Promise<FakeTypebot> {
  const typebot = await startFakeTypebot({ bots: { echo: echoBot }, latencyMs: 5 });
  let request = 0;
  typebot.mood(() => {
    const behaviour = behaviours[(request += 1) % behaviours.length] ?? 'well';
    if (!['well', 'slow', 'unavailable'].includes(behaviour)) spoilt.calls += 1;
    return moodOf[behaviour];
  });
  return typebot;
}

/** Work that goes on after the client has gone stays below the quarantine. */
const moodOf: Record<Behaviour, Mood | null> = {
  well: null,
  slow: { type: 'delay', ms: 300 },
  unavailable: moods.unavailable(),
  reset: { type: 'reset', at: 'afterReading' },
  resetAfter: { type: 'reset', at: 'afterProcessing' },
  hang: { type: 'hang', processed: false, busyMs: 1_800 },
  worksOn: { type: 'hang', processed: true, busyMs: 2_200 },
  errorAfter: { ...moods.internalError({ defined: true }), processed: true },
  badGateway: moods.badGateway(),
  halfAnswer: { type: 'truncate', at: 'contentLength' },
};

/** Chat after chat in turn, one event at a time: a chat's next one is added when the last was acknowledged. Returns how many were poison. */
async function publishAll(
  plan: ChaosPlan,
  { ids }: Instances,
  producer: ReturnType<typeof startProducer>,
  published: Published[],
): Promise<number> {
  let poison = 0;
  for (let n = 1; n <= plan.messagesPerLane; n += 1) {
    for (let lane = 0; lane < plan.lanes; lane += 1) {
      const instanceId = ids[lane % ids.length] ?? '';
      const index = (n - 1) * plan.lanes + lane;
      const jid = `5531977${String(lane).padStart(6, '0')}@s.whatsapp.net`;
      const event = inboundText({ instanceId, jid, keyId: `key-${index}`, text: `<${instanceId}/${lane}/${n}>` });
      await producer.publish(`event-${instanceId}-${index}`, event);
      published.push({ instanceId, jid, keyId: `key-${index}`, n, text: `<${instanceId}/${lane}/${n}>` });
      if (plan.repeats[index]) await producer.publish(`event-${instanceId}-${index}-again`, event);
      if (index % plan.poisonEvery !== plan.poisonEvery - 1) continue;
      await producer.publish(
        `poison-${instanceId}-${index}`,
        inboundText({ instanceId, jid: 'nobody', keyId: `poison-${index}`, text: 'poison' }),
      );
      poison += 1;
    }
    await sleep(150);
  }
  return poison;
}

function thingOf({ kind, worker }: PlannedFault): string {
  if (kind.endsWith('Worker')) return `worker ${worker}`;
  return kind.endsWith('Redis') ? 'redis' : kind.endsWith('Postgres') ? 'postgres' : kind;
}

async function strike({ kind, worker, ms }: PlannedFault, { servers, crew, redis, prefix }: Scene, effects: Effects): Promise<void> {
  switch (kind) {
    case 'killWorker':
      effects.doubts += 1;
      return crew.kill(worker);
    case 'freezeWorker':
      effects.doubts += 1;
      // Longer than its lease and the time its calls may run.
      return crew.freeze(worker, times.leaseMs + times.timeoutMs + times.quarantineMs + ms);
    case 'replaceWorker':
      return crew.replace(worker);
    case 'endBackends':
      return endBackends(servers);
    case 'killPostgres':
      effects.doubts += 1;
      return servers.postgres.killAndRestart();
    case 'cutCommit':
      await Promise.race([
        servers.postgres.road.cutOn('session_change', 'after'),
        servers.postgres.road.cutOn('handled_seq', 'after'),
        sleep(1_000),
      ]);
      return;
    case 'killRedis':
      effects.redeliveries += 1;
      return servers.redis.killAndRestart();
    case 'breakRedis':
      effects.redeliveries += 1;
      await servers.redis.road.cut();
      await sleep(ms);
      return servers.redis.road.restore();
    case 'pauseRedis': {
      effects.redeliveries += 1;
      const resume = servers.redis.road.pause();
      await sleep(ms);
      return resume();
    }
    case 'forgetRings':
      return void (await redis.del(`${prefix}:converse:wait`, `${prefix}:converse:delayed`).catch(() => 0));
  }
}

async function endBackends(servers: Servers): Promise<void> {
  const database = connect(servers.postgres.watchUrl(), { connectionsMax: 1, applicationName: 'chaos-terminator' });
  try {
    await database.sql`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'typelane-worker'`;
  } finally {
    await database.close();
  }
}

/** Whether all events are handled and all replies acknowledged in time: the lease of a call, its quarantine, and ten seconds. */
async function drained({ sql }: ReturnType<typeof connect>, ids: string[], events: number): Promise<boolean> {
  const timeoutMs = times.sendWithinMs + times.timeoutMs + 2 * times.quarantineMs + 10_000;
  const look = async (): Promise<boolean> => {
    const [row] = await sql<{ handled: number; waiting: number; unsent: number }[]>`
      select coalesce(sum(handled_seq), 0)::int as handled, coalesce(sum(in_seq - handled_seq), 0)::int as waiting, coalesce(sum(out_seq - acked_seq), 0)::int as unsent
      from conversations where instance_id = any(${ids})`.catch(() => []);
    return row !== undefined && row.handled >= events && row.waiting === 0 && row.unsent === 0;
  };
  return waitUntil(look, { what: 'the end of all events', timeoutMs, everyMs: 100 }).then(
    () => true,
    () => false,
  );
}

function endsOf({ sql }: ReturnType<typeof connect>, ids: string[]): Promise<History['ended'][number][]> {
  return sql`
    select c.instance_id as "instanceId", c.jid, i.key_id as "keyId", i.seq, t.final, t.reason
    from conversations c join inbox i using (conversation_id) left join turns t using (conversation_id, seq)
    where c.instance_id = any(${ids}) and i.kind = 'message' order by c.conversation_id, i.seq`;
}

async function deadLettersOf({ sql }: ReturnType<typeof connect>, ids: string[]): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*)::int as count from dead_letters where instance_id = any(${ids})`;
  return row?.count ?? 0;
}
