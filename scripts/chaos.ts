/**
 * npm run chaos: workers, PostgreSQL, Redis and Typebot are broken by a seed while chats go on, and what could be seen from outside is judged:
 * nothing lost, repeated or reordered (docs/guarantees.md). The nightly suite; a smaller one is part of npm test.
 *
 *   npm run chaos -- [--seed 1] [--seeds 20] [--lanes 500] [--messages 40] [--workers 6] [--faults 60]
 *     [--mutants | --mutant name | --isolation] [--attack name] [--keep folder] [--json]
 *
 * Hostile tenants do beside the honest ones what a tenant can do (apps/worker/test/chaos/attacks.ts); only the honest ones are judged. `--attack`:
 * only this attack, and may be given several times; `none`: no hostile tenant.
 * `--isolation`: without faults, the same honest chats alone and beside hostile tenants, three times in turn, and the ratio of their p95 from
 * an add to its reply; 40 chats of 15 messages and three workers where nothing else is said.
 * `--mutants`: plants each known bug in the workers instead, and looks whether it is found out within 10 seeds; `--mutant`: this one, and may be
 * given several times. `--keep`: where the seed, the log of faults and everything seen of a failed run are written (default `.chaos`). With
 * `--json` the last line is one JSON object.
 * Exit codes: 0 all as promised, 1 not, 2 wrong usage.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Mutant, mutants } from '../apps/worker/test/chaos/mutants.ts';
import { type AttackKind, attackKinds, type ChaosSize, planOf } from '../apps/worker/test/chaos/plan.ts';
import { type ChaosReport, runChaos } from '../apps/worker/test/chaos/run.ts';
import { type Servers, startServers } from '../apps/worker/test/chaos/servers.ts';

/** Seeds within which a planted bug has to be found out. */
const mutantSeedsMax = 10;

/** Runs of each kind that `--isolation` compares. */
const comparisons = 3;

const { seed, seeds, size, planted, attacks, comparesAlone, folder, json } = read();
if (comparesAlone) process.exitCode = await compare();
else process.exitCode = planted.length > 0 ? await withServers(hunt) : await endure();

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
      const report = await withServers((on) => runChaos(planOf(seed + nth, size, { attacks }), on));
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

/** How much hostile tenants slow down the honest ones. The ratio is reported and not judged, because it depends on the machine. */
async function compare(): Promise<number> {
  const runOf = async (kinds: readonly AttackKind[]): Promise<ChaosReport> => {
    const report = await withServers((on) => runChaos(planOf(seed, { ...size, faults: 0 }, { attacks: kinds, isCalm: true }), on));
    console.log(`${shown(report)}\n       ${kinds.length === 0 ? 'alone' : 'beside hostile tenants'}: p95 ${p95Of([report])} ms`);
    return report;
  };
  const alone: ChaosReport[] = [];
  const beside: ChaosReport[] = [];
  // In turn, so that what else the machine does falls on both.
  for (let round = 0; round < comparisons; round += 1) {
    alone.push(await runOf([]));
    beside.push(await runOf(attacks));
  }
  const ratio = Number((p95Of(beside) / p95Of(alone)).toFixed(2));
  const broken = sum([...alone, ...beside], ({ faults }) => faults.length);
  console.log(`\n${attacks.join(', ')}: the p95 of the honest is ${ratio} times the one alone; ${broken} promises broken`);
  if (json) console.log(JSON.stringify({ seed, aloneMs: p95Of(alone), besideMs: p95Of(beside), ratio, broken }));
  return broken === 0 ? 0 : 1;
}

/** Milliseconds, of all messages of these runs. */
function p95Of(reports: ChaosReport[]): number {
  const values = reports.flatMap(({ latencies }) => latencies).toSorted((a, b) => a - b);
  return Math.round(values[Math.floor(values.length * 0.95)] ?? 0);
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

async function firstFault(
  { alterations, faults, attacks: provoking = [] }: Mutant,
  on: Servers,
): Promise<{ seeds: number; invariant: string } | null> {
  for (let nth = 0; nth < mutantSeedsMax; nth += 1) {
    const choice = faults.length === 0 ? { attacks: provoking } : { kinds: faults, attacks: provoking };
    const faultCount = faults.length === 0 ? 0 : 4;
    const plan = planOf(seed + nth, { lanes: 40, messagesPerLane: 15, workers: 3, faults: faultCount }, choice);
    const report = await runChaos(plan, on, alterations);
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
  const small: Partial<Record<string, string>> = values.isolation ? { lanes: '40', messages: '15', workers: '3' } : {};
  const usual: Partial<Record<string, string>> = { seed: '1', seeds: '20', lanes: '500', messages: '40', workers: '6', faults: '60' };
  const whole = (name: 'seed' | 'seeds' | 'lanes' | 'messages' | 'workers' | 'faults'): number => {
    const given = values[name] ?? small[name] ?? usual[name];
    const number = Number(given);
    return Number.isSafeInteger(number) && number > 0
      ? number
      : refused(`Expected --${name} to be a whole number from 1, got ${JSON.stringify(given)}`);
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
    attacks: attacksNamed(values.attack),
    comparesAlone: values.isolation,
    folder: values.keep,
    json: values.json,
  };
}

function parsed() {
  try {
    return parseArgs({
      options: {
        seed: { type: 'string' },
        seeds: { type: 'string' },
        lanes: { type: 'string' },
        messages: { type: 'string' },
        workers: { type: 'string' },
        faults: { type: 'string' },
        attack: { type: 'string', multiple: true, default: [] },
        isolation: { type: 'boolean', default: false },
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

function attacksNamed(names: string[]): readonly AttackKind[] {
  if (names.length === 0) return attackKinds;
  return names.flatMap((name) => {
    if (name === 'none') return [];
    return (
      attackKinds.find((kind) => kind === name) ??
      refused(`Expected --attack to be none or one of ${attackKinds.join(', ')}, got ${JSON.stringify(name)}`)
    );
  });
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
