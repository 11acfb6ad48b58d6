/**
 * npm run chaos: workers, PostgreSQL, Redis and Typebot are broken by a seed while chats go on, and what could be seen from outside is judged:
 * nothing lost, repeated or reordered (docs/guarantees.md). The nightly suite; a smaller one is part of npm test.
 *
 *   npm run chaos -- [--seed 1] [--seeds 20] [--lanes 500] [--messages 40] [--workers 6] [--faults 60] [--mutants | --mutant name] [--keep folder] [--json]
 *
 * `--mutants`: plants each known bug in the workers instead, and looks whether it is found out within 10 seeds; `--mutant`: this one, and may be
 * given several times. `--keep`: where the seed, the log of faults and everything seen of a failed run are written (default `.chaos`). With
 * `--json` the last line is one JSON object.
 * Exit codes: 0 all as promised, 1 not, 2 wrong usage.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Mutant, mutants } from '../apps/worker/test/chaos/mutants.ts';
import { type ChaosSize, planOf } from '../apps/worker/test/chaos/plan.ts';
import { type ChaosReport, runChaos } from '../apps/worker/test/chaos/run.ts';
import { type Servers, startServers } from '../apps/worker/test/chaos/servers.ts';

/** Seeds within which a planted bug has to be found out. */
const mutantSeedsMax = 10;

const { seed, seeds, size, planted, folder, json } = read();
process.exitCode = planted.length > 0 ? await withServers(hunt) : await endure();

async function withServers<T>(work: (on: Servers) => Promise<T>): Promise<T> {
  const servers = await startServers();
  try {
    return await work(servers);
  } finally {
    await servers.stop();
  }
}

/** The suite itself. */
async function endure(): Promise<number> {
  const reports: ChaosReport[] = [];
  let unfinished = 0;
  for (let nth = 0; nth < seeds; nth += 1) {
    try {
      const report = await withServers((on) => runChaos(planOf(seed + nth, size), on));
      reports.push(report);
      console.log(shown(report));
      if (report.faults.length > 0) keep(report);
    } catch (error) {
      unfinished += 1;
      console.log(`FAILED seed ${seed + nth}: the run did not come to its end:`, error);
    }
  }
  const total = {
    seeds,
    unfinished,
    messages: sum(reports, ({ events }) => events),
    faults: byKind(reports),
    broken: sum(reports, ({ faults }) => faults.length),
    uncertain: sum(reports, ({ doubts }) => doubts),
    redelivered: sum(reports, ({ redeliveries }) => redeliveries),
    seconds: sum(reports, (report) => report.seconds),
  };
  console.log(
    `\n${total.messages} messages, ${total.broken} promises broken, ${total.uncertain} uncertain, ${total.redelivered} redelivered, ${total.seconds} s`,
  );
  console.log(`faults: ${JSON.stringify(total.faults)}`);
  if (json) console.log(JSON.stringify({ ...total, seed }));
  return total.broken + unfinished === 0 ? 0 : 1;
}

/** Whether the checker finds out each planted bug. */
async function hunt(on: Servers): Promise<number> {
  const found: Record<string, { seeds: number; invariant: string } | null> = {};
  for (const mutant of planted) {
    found[mutant.name] = await firstFault(mutant, on);
    const caught = found[mutant.name];
    console.log(
      `${caught ? 'caught ' : 'MISSED '} ${mutant.name}: ${mutant.what}${caught ? ` (${caught.invariant}; seed ${caught.seeds})` : ''}`,
    );
  }
  const missed = Object.values(found).filter((caught) => caught === null).length;
  console.log(`\n${planted.length - missed} of ${planted.length} planted bugs found out`);
  if (json) console.log(JSON.stringify({ mutants: found, seed }));
  return missed === 0 ? 0 : 1;
}

async function firstFault({ alterations, faults }: Mutant, on: Servers): Promise<{ seeds: number; invariant: string } | null> {
  for (let nth = 0; nth < mutantSeedsMax; nth += 1) {
    const report = await runChaos(planOf(seed + nth, { lanes: 40, messagesPerLane: 15, workers: 3, faults: 4 }, faults), on, alterations);
    const [first] = report.faults;
    if (first) return { seeds: nth + 1, invariant: `${first.invariant}: ${first.sentence.slice(0, 120)}` };
  }
  return null;
}

function shown({ seed: own, faults, events, doubts, redeliveries, seconds }: ChaosReport): string {
  const verdict = faults.length === 0 ? 'ok    ' : 'BROKEN';
  const lines = faults.slice(0, 20).map(({ invariant, sentence }) => `       ${invariant}: ${sentence}`);
  return [`${verdict} seed ${own}: ${events} messages, ${doubts} uncertain, ${redeliveries} redelivered, ${seconds} s`, ...lines].join(
    '\n',
  );
}

function keep({ history, ...report }: ChaosReport): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `seed-${report.seed}.json`);
  writeFileSync(
    file,
    JSON.stringify({ ...report, history }, (_name, value: unknown) => (value instanceof Set ? [...value] : value), 1),
  );
  console.log(`       everything seen is in ${file}`);
}

function byKind(reports: ChaosReport[]): Record<string, number> {
  const kinds = reports.flatMap(({ log }) => log.map(({ what }) => what.split(' ')[0] ?? '')).filter((kind) => /[A-Z]/.test(kind));
  return Object.fromEntries([...Map.groupBy(kinds, (kind) => kind)].map(([kind, all]) => [kind, all.length]));
}

function sum<T>(all: T[], of: (each: T) => number): number {
  return all.reduce((total, each) => total + of(each), 0);
}

function read() {
  const { values } = parsed();
  const whole = (name: 'seed' | 'seeds' | 'lanes' | 'messages' | 'workers' | 'faults'): number => {
    const number = Number(values[name]);
    return Number.isSafeInteger(number) && number > 0
      ? number
      : refused(`Expected --${name} to be a whole number from 1, got ${JSON.stringify(values[name])}`);
  };
  const ofRuns: ChaosSize = {
    lanes: whole('lanes'),
    messagesPerLane: whole('messages'),
    workers: whole('workers'),
    faults: whole('faults'),
  };
  return {
    seed: whole('seed'),
    seeds: whole('seeds'),
    size: ofRuns,
    planted: values.mutants ? mutants : values.mutant.map(mutantNamed),
    folder: values.keep,
    json: values.json,
  };
}

function parsed() {
  try {
    return parseArgs({
      options: {
        seed: { type: 'string', default: '1' },
        seeds: { type: 'string', default: '20' },
        lanes: { type: 'string', default: '500' },
        messages: { type: 'string', default: '40' },
        workers: { type: 'string', default: '6' },
        faults: { type: 'string', default: '60' },
        mutants: { type: 'boolean', default: false },
        mutant: { type: 'string', multiple: true, default: [] },
        keep: { type: 'string', default: '.chaos' },
        json: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return refused(error instanceof Error ? error.message : String(error));
  }
}

function mutantNamed(name: string): Mutant {
  const names = mutants.map((mutant) => `"${mutant.name}"`);
  return (
    mutants.find((mutant) => mutant.name === name) ??
    refused(`Expected --mutant to be one of ${names.join(', ')}, got ${JSON.stringify(name)}`)
  );
}

function refused(sentence: string): never {
  console.error(sentence);
  process.exit(2);
}
