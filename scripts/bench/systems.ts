import type { Finding } from './finding.ts';
import { createLoad, instanceId, type Load } from './load.ts';
import type { BenchProcess } from './process.ts';
import { quantile } from './quantile.ts';
import { typelaneWorker, type Workplace } from './workplace.ts';

/** Turns a second of the naive worker that Typelane must keep, times of its p99 that it may take, and memory after 100,000 turns. */
const bounds = { throughputRatioMin: 0.8, p99RatioMax: 4, rssBytesMax: 250 * 1_024 * 1_024 };

/** Typelane; a worker that guarantees nothing; and BullMQ with a handler that does nothing. */
export const systems = ['typelane', 'naive', 'bare'] as const;
export type System = (typeof systems)[number];

export type Size = { rounds: number; chats: number; turns: number; seconds: number; hasMemory: boolean };

/** CPU in microseconds a turn: of the worker, of Redis, of PostgreSQL. */
type Round = { turnsPerSecond: number; workerUs: number; redisUs: number; postgresUs: number; p50Ms: number; p99Ms: number };
type Results = Record<System, Round[]>;

const scripts: Record<System, string> = {
  typelane: typelaneWorker,
  naive: 'scripts/bench/naive-worker.ts',
  bare: 'scripts/bench/bare-worker.ts',
};

/** The systems in turns, so that what disturbs the machine disturbs all of them. */
export async function compareSystems(place: Workplace, wanted: readonly System[], size: Size): Promise<Finding> {
  const results: Results = { typelane: [], naive: [], bare: [] };
  const wrong: string[] = [];
  for (let round = 1; round <= size.rounds; round += 1) {
    for (const system of wanted) {
      const result = await running(place, system, round, wrong, (load, worker) => measure(place, system, size, load, worker));
      results[system].push(result);
      console.log(`round ${round} ${system.padEnd(8)} ${shown(result)}`);
    }
  }
  const rssBytes = size.hasMemory
    ? await running(place, 'typelane', 0, wrong, (load, worker) => memoryAfterMany(size.chats, load, worker))
    : null;
  const ratios = wanted.length === systems.length ? ratiosOf(results) : null;
  return {
    rows: [...wanted.map((system) => `${system.padEnd(10)} ${shown(medianRound(results[system]))}`), ...rowsOf(ratios, rssBytes)],
    problems: [...wrong, ...problemsOf(ratios, rssBytes)],
    figures: { results, ...ratios, rssBytes },
  };
}

async function measure(
  place: Workplace,
  system: System,
  { chats, turns, seconds }: Size,
  load: Load,
  worker: BenchProcess,
): Promise<Round> {
  await load.warmUp(chats);
  const clocks = () => ({ worker: worker.cpuMs(), ...place.cpuMs() });
  const before = clocks();
  const turnsPerSecond = await load.burst(chats, turns);
  const after = clocks();
  const usOf = (who: keyof typeof before) => ((after[who] - before[who]) * 1_000) / (chats * turns);
  const took = system === 'bare' ? [0] : await load.steady(chats, 100, seconds);
  const times = { p50Ms: quantile(took, 0.5), p99Ms: quantile(took, 0.99) };
  return { turnsPerSecond, workerUs: usOf('worker'), redisUs: usOf('redis'), postgresUs: usOf('postgres'), ...times };
}

async function memoryAfterMany(chats: number, load: Load, worker: BenchProcess): Promise<number> {
  await load.warmUp(chats);
  for (let done = 0; done < 100_000; done += chats * 5) await load.burst(chats, 5);
  return worker.rssBytes();
}

async function running<T>(
  place: Workplace,
  system: System,
  round: number,
  wrong: string[],
  work: (load: Load, worker: BenchProcess) => Promise<T>,
): Promise<T> {
  await place.empty();
  const prefix = `bench-${system}-${round}`;
  const typebot = await place.startTypebot();
  await place.register(instanceId, typebot);
  const worker = await place.startWorker(scripts[system], prefix, [typebot]);
  const load = createLoad(place.redisUrl, prefix, system === 'naive');
  try {
    const result = await work(load, worker);
    wrong.push(...judged(system, load.faults(), await typebot.stats()));
    return result;
  } finally {
    await worker.stop();
    await load.close();
    await typebot.stop();
  }
}

/** The naive worker keeps no order and loses what a broken connection took; bare BullMQ keeps no order. Typelane must do both. */
function judged(system: System, faults: ReturnType<Load['faults']>, heard: { outOfOrder: number; atOnce: number }): string[] {
  const all = { ...faults, heardOutOfOrder: heard.outOfOrder, askedAtOnce: heard.atOnce };
  if (system === 'naive')
    console.log(`  (naive: ${faults.missing} lost, ${heard.outOfOrder} heard out of order, ${heard.atOnce} asked at once on a session)`);
  return Object.entries(all)
    .filter(([what, count]) => count > 0 && (system === 'typelane' || (system === 'bare' && what === 'missing')))
    .map(([what, count]) => `${system}: ${what} ${count}`);
}

type Ratios = { throughputRatio: number; p99Ratio: number };

function ratiosOf({ typelane, naive }: Results): Ratios {
  const [own, other] = [medianRound(typelane), medianRound(naive)];
  return { throughputRatio: own.turnsPerSecond / other.turnsPerSecond, p99Ratio: own.p99Ms / other.p99Ms };
}

function medianRound(rounds: Round[]): Round {
  const median = (what: keyof Round) =>
    quantile(
      rounds.map((round) => round[what]).toSorted((a, b) => a - b),
      0.5,
    );
  return {
    turnsPerSecond: median('turnsPerSecond'),
    workerUs: median('workerUs'),
    redisUs: median('redisUs'),
    postgresUs: median('postgresUs'),
    p50Ms: median('p50Ms'),
    p99Ms: median('p99Ms'),
  };
}

function problemsOf(ratios: Ratios | null, rssBytes: number | null): string[] {
  return [
    ...(ratios && ratios.throughputRatio < bounds.throughputRatioMin ? ['fewer turns a second than the bound'] : []),
    ...(ratios && ratios.p99Ratio > bounds.p99RatioMax ? ['p99 over the bound'] : []),
    ...(rssBytes !== null && rssBytes > bounds.rssBytesMax ? ['memory over the bound'] : []),
  ];
}

function rowsOf(ratios: Ratios | null, rssBytes: number | null): string[] {
  return [
    ...(ratios
      ? [
          `Typelane to naive: ${ratios.throughputRatio.toFixed(2)} x turns a second (bound: at least ${bounds.throughputRatioMin}), ${ratios.p99Ratio.toFixed(2)} x p99 at 100/s (bound: at most ${bounds.p99RatioMax})`,
        ]
      : []),
    ...(rssBytes === null
      ? []
      : [`Worker after 100,000 turns: ${(rssBytes / 1_048_576).toFixed(0)} MB (bound: ${bounds.rssBytesMax / 1_048_576})`]),
  ];
}

function shown({ turnsPerSecond, workerUs, redisUs, postgresUs, p50Ms, p99Ms }: Round): string {
  return `${turnsPerSecond.toFixed(0).padStart(6)} turns/s us/turn: worker ${workerUs.toFixed(0).padStart(4)} Redis ${redisUs.toFixed(0).padStart(4)} Postgres ${postgresUs.toFixed(0).padStart(4)}${p99Ms === 0 ? '' : `   p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms at 100/s`}`;
}
