/**
 * npm run bench: Typelane, the naive worker and bare BullMQ, in turns, in one run, against a Typebot that answers at once. Each run is checked for
 * order and completeness. Ratios within one run are what counts: absolute figures are the machine's.
 *
 *   npm run bench -- [--rounds 3] [--chats 2000] [--turns 5] [--seconds 10] [--only typelane] [--memory] [--json] [--seed N]
 *
 * `--memory` adds 100,000 turns and the worker's memory after them. With `--json` the last line is one JSON object. Exits 1 when a bound is missed. Nothing is
 * drawn at random; `--seed` is accepted and shown for the sake of scripts that pass one to everything.
 */
import { rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { connect, migrate } from '@typelane/db';
import { startPostgres, startRedis, temporaryDataDir } from '@typelane/embedded';
import { createLoad, instanceId, type Load } from './bench/load.ts';
import { type BenchProcess, familyCpuMs, startProcess } from './bench/process.ts';

/** Turns a second of the naive worker that Typelane must keep, times of its p99 that it may take, and memory after 100,000 turns. */
const bounds = { throughputRatioMin: 0.8, p99RatioMax: 4, rssBytesMax: 250 * 1_024 * 1_024 };

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    chats: { type: 'string', default: '2000' },
    turns: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '10' },
    only: { type: 'string' },
    memory: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    seed: { type: 'string', default: '0' },
  },
});
const rounds = Number(values.rounds);
const chats = Number(values.chats);
const turns = Number(values.turns);
const seconds = Number(values.seconds);

type System = 'typelane' | 'naive' | 'bare';
/** CPU in microseconds a turn: of the worker, of Redis, of PostgreSQL. */
type Round = { turnsPerSecond: number; workerUs: number; redisUs: number; postgresUs: number; p50Ms: number; p99Ms: number };
const scripts: Record<System, string> = {
  typelane: 'apps/worker/src/main.ts',
  naive: 'scripts/bench/naive-worker.ts',
  bare: 'scripts/bench/bare-worker.ts',
};

const folder = await temporaryDataDir('typelane-bench-');
const postgres = await startPostgres({ dataDir: folder });
const redis = await startRedis({ dataDir: folder });
const systems = (['typelane', 'naive', 'bare'] as const).filter((system) => values.only === undefined || values.only === system);
const results: Record<System, Round[]> = { typelane: [], naive: [], bare: [] };
const problems: string[] = [];
let rssBytes: number | null = null;
try {
  await migrate(postgres.url);
  const database = connect(postgres.url);
  for (let round = 1; round <= rounds; round += 1) {
    for (const system of systems) {
      await emptied(database);
      const result = await measure(system);
      results[system].push(result);
      console.log(`round ${round} ${system.padEnd(8)} ${shown(result)}`);
    }
  }
  if (values.memory) {
    await emptied(database);
    rssBytes = await memory();
  }
  await database.close();
} finally {
  await redis.stop();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}
report();
process.exit(problems.length > 0 ? 1 : 0);

async function measure(system: System): Promise<Round> {
  return running(system, async (load, worker) => {
    await load.warmUp(chats);
    const clocks = () => [worker.cpuMs(), redis.pid === null ? 0 : familyCpuMs(redis.pid), familyCpuMs(postgres.pid)];
    const before = clocks();
    const turnsPerSecond = await load.burst(chats, turns);
    const [workerUs = 0, redisUs = 0, postgresUs = 0] = clocks().map(
      (ms, index) => ((ms - (before[index] ?? 0)) * 1_000) / (chats * turns),
    );
    const took = system === 'bare' ? [0] : await load.steady(chats, 100, seconds);
    return { turnsPerSecond, workerUs, redisUs, postgresUs, p50Ms: quantile(took, 0.5), p99Ms: quantile(took, 0.99) };
  });
}

async function memory(): Promise<number> {
  return running('typelane', async (load, worker) => {
    await load.warmUp(chats);
    for (let done = 0; done < 100_000; done += chats * 5) await load.burst(chats, 5);
    return worker.rssBytes();
  });
}

async function running<T>(system: System, work: (load: Load, worker: BenchProcess) => Promise<T>): Promise<T> {
  const prefix = `bench-${system}-${results[system].length}`;
  const typebot = await startProcess('scripts/bench/echo-typebot.ts', {});
  const typebotURL = `http://127.0.0.1:${typebot.ready}`;
  await register(typebotURL);
  const env = {
    DATABASE_URL: postgres.url,
    REDIS_URL: redis.url,
    SECRET_KEY: 'the secret key of the benchmark, which keeps none',
    QUEUE_PREFIX: prefix,
    TYPEBOT_URL: typebotURL,
    EGRESS_ALLOW: `127.0.0.1:${typebot.ready}`,
  };
  const worker = await startProcess(scripts[system], env, system === 'typelane' ? /"msg":"worker.started"()/ : undefined);
  const load = createLoad(redis.url, prefix, system === 'naive');
  try {
    const result = await work(load, worker);
    judge(system, load.faults(), (await (await fetch(`${typebotURL}/stats`)).json()) as { outOfOrder: number; atOnce: number });
    return result;
  } finally {
    await worker.stop();
    await load.close();
    await typebot.stop();
  }
}

/** The naive worker keeps no order and loses what a broken connection took; bare BullMQ keeps no order. Typelane must do both. */
function judge(system: System, faults: ReturnType<Load['faults']>, heard: { outOfOrder: number; atOnce: number }): void {
  const all = { ...faults, heardOutOfOrder: heard.outOfOrder, askedAtOnce: heard.atOnce };
  const wrong = Object.entries(all).filter(
    ([what, count]) => count > 0 && (system === 'typelane' || (system === 'bare' && what === 'missing')),
  );
  for (const [what, count] of wrong) problems.push(`${system}: ${what} ${count}`);
  if (system === 'naive')
    console.log(`  (naive: ${faults.missing} lost, ${heard.outOfOrder} heard out of order, ${heard.atOnce} asked at once on a session)`);
}

async function register(typebotURL: string): Promise<void> {
  const { sql, close } = connect(postgres.url, { connectionsMax: 1 });
  await sql`insert into businesses (business_id, name) values ('default', 'default') on conflict do nothing`;
  await sql`insert into instances (instance_id, business_id) values (${instanceId}, 'default') on conflict do nothing`;
  await sql`
    insert into typebot_integrations (typebot_integration_id, instance_id, public_id, typebot_url, enabled, settings)
    values (gen_random_uuid(), ${instanceId}, 'echo', ${typebotURL}, true, '{}')
    on conflict (instance_id) do update set typebot_url = excluded.typebot_url, updated_at = now()`;
  await close();
}

async function emptied({ sql }: ReturnType<typeof connect>): Promise<void> {
  await sql`truncate conversations, inbox, turns, outbox, sessions, sent_keys`;
  await sql`drop table if exists naive_sessions`;
  await sql`vacuum analyze`;
}

function report(): void {
  const median = (system: System, what: keyof Round) =>
    quantile(
      results[system].map((round) => round[what]).toSorted((a, b) => a - b),
      0.5,
    );
  console.log('\nmedians');
  for (const system of ['typelane', 'naive', 'bare'] as const) {
    console.log(
      `  ${system.padEnd(8)} ${shown(Object.fromEntries(['turnsPerSecond', 'workerUs', 'redisUs', 'postgresUs', 'p50Ms', 'p99Ms'].map((what) => [what, median(system, what as keyof Round)])) as Round)}`,
    );
  }
  const throughputRatio = median('typelane', 'turnsPerSecond') / median('naive', 'turnsPerSecond');
  const p99Ratio = median('typelane', 'p99Ms') / median('naive', 'p99Ms');
  console.log(
    `\nTypelane to naive: ${throughputRatio.toFixed(2)} x turns a second (bound: at least ${bounds.throughputRatioMin}), ${p99Ratio.toFixed(2)} x p99 at 100/s (bound: at most ${bounds.p99RatioMax})`,
  );
  if (rssBytes !== null)
    console.log(`Worker after 100,000 turns: ${(rssBytes / 1_048_576).toFixed(0)} MB (bound: ${bounds.rssBytesMax / 1_048_576})`);
  if (throughputRatio < bounds.throughputRatioMin) problems.push('fewer turns a second than the bound');
  if (p99Ratio > bounds.p99RatioMax) problems.push('p99 over the bound');
  if (rssBytes !== null && rssBytes > bounds.rssBytesMax) problems.push('memory over the bound');
  for (const problem of problems) console.log(`MISSED: ${problem}`);
  if (values.json) console.log(JSON.stringify({ results, throughputRatio, p99Ratio, rssBytes, problems, seed: Number(values.seed) }));
}

function shown({ turnsPerSecond, workerUs, redisUs, postgresUs, p50Ms, p99Ms }: Round): string {
  return `${turnsPerSecond.toFixed(0).padStart(6)} turns/s us/turn: worker ${workerUs.toFixed(0).padStart(4)} Redis ${redisUs.toFixed(0).padStart(4)} Postgres ${postgresUs.toFixed(0).padStart(4)}${p99Ms === 0 ? '' : `   p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms at 100/s`}`;
}

function quantile(sorted: number[], q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}
