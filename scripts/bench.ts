/**
 * npm run bench: Typelane, the naive worker and bare BullMQ, in turns, in one run, against a Typebot that answers at once. Each run is checked for
 * order and completeness. Ratios within one run are what counts: absolute figures are the machine's.
 *
 * Then what reading and rendering one typical turn costs, without any server (`render`); after how many times its lease the chats of a killed worker go on
 * (`recovery`); and what a Typebot that answers nobody costs the chats of others (`mute-host`).
 *
 *   npm run bench -- [--rounds 3] [--chats 2000] [--turns 5] [--seconds 10] [--only typelane|naive|bare|render|recovery|mute-host] [--memory] [--json] [--seed N]
 *
 * `--memory` adds 100,000 turns and the worker's memory after them. With `--json` the last line is one JSON object. Exits 1 when a bound is missed. Nothing is
 * drawn at random; `--seed` is accepted and shown for the sake of scripts that pass one to everything.
 */
import { parseArgs } from 'node:util';
import type { Finding } from './bench/finding.ts';
import { findMuteHost } from './bench/mute-host.ts';
import { findRecovery } from './bench/recovery.ts';
import { findRender } from './bench/render.ts';
import { compareSystems, systems } from './bench/systems.ts';
import { openWorkplace, type Workplace } from './bench/workplace.ts';

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
const { only } = values;
const size = { rounds: Number(values.rounds), chats: Number(values.chats), turns: Number(values.turns), seconds: Number(values.seconds) };
const wanted = systems.filter((system) => only === undefined || only === system);

const findings: Finding[] = [];
if (isWanted('render')) findings.push(findRender());
if (only !== 'render') await onServers(measureOn);

const problems = findings.flatMap((finding) => finding.problems);
for (const row of findings.flatMap(({ rows }) => rows)) console.log(row);
for (const problem of problems) console.log(`MISSED: ${problem}`);
if (values.json)
  console.log(JSON.stringify({ ...Object.assign({}, ...findings.map(({ figures }) => figures)), problems, seed: Number(values.seed) }));
process.exit(problems.length > 0 ? 1 : 0);

async function measureOn(place: Workplace): Promise<void> {
  if (wanted.length > 0) findings.push(await compareSystems(place, wanted, { ...size, hasMemory: values.memory }));
  if (isWanted('recovery')) findings.push(await findRecovery(place));
  if (isWanted('mute-host')) findings.push(await findMuteHost(place, size));
}

async function onServers(work: (place: Workplace) => Promise<void>): Promise<void> {
  const place = await openWorkplace();
  try {
    await work(place);
  } finally {
    await place.stop();
  }
}

function isWanted(what: string): boolean {
  return only === undefined || only === what;
}
