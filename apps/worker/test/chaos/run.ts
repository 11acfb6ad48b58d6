import type { Database } from '@typelane/db';
import { waitUntil } from '@typelane/testkit';
import { textsIn } from '../consumer.ts';
import type { Alteration } from '../faults/alter.ts';
import { echoed } from '../order/echo-bot.ts';
import { type Ended, type Fault, faultsOf, type History, type Published } from './checker.ts';
import { type Connections, connectionsDownTo } from './connections.ts';
import type { ChaosPlan } from './plan.ts';
import { type Publishing, startPublishing } from './publishing.ts';
import { type Environment, startEnvironment, times } from './environment.ts';
import type { Servers } from './servers.ts';
import { type Effects, injectFaults } from './inject-faults.ts';

export type ChaosReport = {
  seed: number;
  faults: Fault[];
  /** What was done, when (milliseconds from the start). */
  log: { at: number; what: string }[];
  events: number;
  /** How Typebot spoiled calls, workers were killed and so on left events whose end nobody knows. */
  doubts: number;
  redeliveries: number;
  /** Milliseconds from the add of a message of an honest tenant to its reply at the consumer; not of the mute Typebot. */
  latencies: number[];
  seconds: number;
  /** The whole history, for finding the cause. */
  history: History;
};

/** Runs a plan on these servers and returns its faults, judged from outside. `alterations`: bugs planted in the workers. */
export async function runChaos(plan: ChaosPlan, servers: Servers, alterations: Alteration[] = []): Promise<ChaosReport> {
  const startedAt = performance.now();
  const log: ChaosReport['log'] = [];
  const note = (what: string): void => void log.push({ at: Math.round(performance.now() - startedAt), what });
  const environment = await startEnvironment(plan, servers, alterations);
  try {
    const { history, latencies } = await live(plan, environment, note);
    const doubts = history.ended.filter(({ final }) => final === 'uncertain').length;
    const redeliveries = history.deliveries.length - new Set(history.deliveries.map(({ replyId }) => replyId)).size;
    const seconds = Math.round((performance.now() - startedAt) / 1_000);
    const events = history.published.length;
    return { seed: plan.seed, faults: faultsOf(history), log, events, doubts, redeliveries, latencies, seconds, history };
  } finally {
    await environment.close();
  }
}

/** Publishes and strikes; then the chats with a Typebot that answers come to their end, and when the mute one is healed, all do. */
async function live(
  plan: ChaosPlan,
  environment: Environment,
  note: (what: string) => void,
): Promise<{ history: History; latencies: number[] }> {
  const { database, instances, typebots, workers, watch, connections } = environment;
  const publishing = startPublishing(plan, instances, environment.producer);
  const targets = {
    ...environment,
    publishing,
    taken: () => takenIn(database),
    openCalls: () => openCallsOf(database),
    frozenMs: callLeaseMs,
  };
  const effects = await injectFaults(plan, targets, note);
  note('healed');
  await publishing.done;
  note('published');
  const othersDrained = await isDrained(database, instances.heard, publishing.published);
  note(othersDrained ? 'chats with a Typebot that answers: drained' : 'not drained');
  typebots.heal();
  const allDrained = await isDrained(database, instances.all, publishing.published, hostBackWithinMs);
  note(allDrained ? 'drained' : 'not drained');
  await environment.hostility.stop();
  const held = await connectionsDownTo(connections.withWorkers, connections.now);
  await workers.stop();
  const left = await connectionsDownTo(connections.withoutWorkers, connections.now);
  await watch.stop();
  const history = {
    ...(await seen(plan, environment, publishing, effects)),
    othersDrained,
    allDrained,
    leaks: leaksOf(environment, held, left),
  };
  return { history, latencies: latenciesOf(environment, publishing) };
}

/** Milliseconds after which a recorded call counts as lost. */
const callLeaseMs = times.sendWithinMs + times.timeoutMs + times.quarantineMs;

/** Milliseconds after which a host that is back is asked again, at most. */
const hostBackWithinMs = 15_000;

async function seen(
  plan: ChaosPlan,
  { typebots, consumer, database, instances, workers, watch }: Environment,
  { published, poison }: Publishing,
  effects: Effects,
): Promise<Omit<History, 'othersDrained' | 'allDrained' | 'leaks'>> {
  return {
    published,
    heard: typebots.heard(),
    overlaps: typebots.overlaps(),
    deliveries: consumer.deliveries.map(({ reply }) => reply).filter(({ instanceId }) => instances.all.includes(instanceId)),
    ended: await endsOf(database, instances.all),
    regressions: watch.regressions,
    deadLetters: await deadLettersOf(database, instances.all),
    poison: poison(),
    atLeastOnce: new Set([instances.atLeastOnce]),
    spoiltMax: typebots.spoiltCalls(),
    callsLostMax: effects.callsLost,
    redeliveriesMax: effects.redeliveries * plan.lanes,
    logs: workers.logs(),
  };
}

/** From the first add of a message to the first time the consumer had its reply. */
function latenciesOf({ consumer, instances }: Environment, { addedAt }: Publishing): number[] {
  const repliedAt = new Map<string, number>();
  for (const { reply, at } of consumer.deliveries.filter((each) => instances.heard.includes(each.reply.instanceId)))
    for (const text of textsIn(reply).map(echoed)) if (!repliedAt.has(text)) repliedAt.set(text, at);
  return [...repliedAt].flatMap(([text, at]) => (addedAt.has(text) ? [at - (addedAt.get(text) ?? at)] : []));
}

/** Calls on record that may be running: an upper bound of those whose worker is gone. */
async function openCallsOf({ sql }: Database): Promise<number> {
  const [row] = await sql<{ count: number }[]>`select count(*)::int as count from conversations where open_call_until > clock_timestamp()`;
  return row?.count ?? 0;
}

/** What workers hold beyond what they opened at their start, or leave open at their end, and those that did not end well. */
function leaksOf({ workers, connections }: Environment, held: Connections, left: Connections): string[] {
  const beyond = (who: string, { postgres, redis }: Connections, most: Connections): string[] => [
    ...(redis > most.redis ? [`${who} hold ${redis - most.redis} connections to Redis too many`] : []),
    ...(postgres > most.postgres ? [`${who} hold ${postgres - most.postgres} connections to PostgreSQL too many`] : []),
  ];
  return [
    ...beyond('workers', held, connections.withWorkers),
    ...beyond('workers that have ended', left, connections.withoutWorkers),
    ...workers.exits.filter((code) => code !== 0).map((code) => `a worker that was asked to end did so with ${code}`),
  ];
}

/**
 * Waits until all these events are handled and their replies acknowledged. False: for the time of recovery (the lease of a call, its
 * quarantine, and ten seconds) nothing became of any of them. How long all of it may take is the machine's affair.
 */
async function isDrained({ sql }: Database, instances: string[], published: readonly Published[], moreMs = 0): Promise<boolean> {
  const events = published.filter(({ instanceId }) => instances.includes(instanceId)).length;
  const recoveryMs = times.sendWithinMs + times.timeoutMs + 2 * times.quarantineMs + 10_000 + moreMs;
  let reached = '';
  let reachedAt = performance.now();
  const look = async (): Promise<'drained' | 'stuck' | null> => {
    const [row] = await sql<{ handled: number; waiting: number; unsent: number }[]>`
      select coalesce(sum(handled_seq), 0)::int as handled, coalesce(sum(in_seq - handled_seq), 0)::int as waiting, coalesce(sum(out_seq - acked_seq), 0)::int as unsent
      from conversations where instance_id = any(${instances})`.catch(() => []);
    if (row !== undefined && row.handled >= events && row.waiting === 0 && row.unsent === 0) return 'drained';
    const now = JSON.stringify(row ?? null);
    if (now !== reached) [reached, reachedAt] = [now, performance.now()];
    return performance.now() - reachedAt > recoveryMs ? 'stuck' : null;
  };
  return (await waitUntil(look, { what: 'the end of all events', timeoutMs: drainMsMax, everyMs: 100 })) === 'drained';
}

/** Milliseconds: with 20,000 messages a machine with two processors needs one minute. */
const drainMsMax = 600_000;

/** The events a producer knows to be ingested. */
async function takenIn({ sql }: Database): Promise<(event: Published) => boolean> {
  const look = () =>
    sql<{ known: string }[]>`select c.instance_id || ' ' || i.key_id as known from conversations c join inbox i using (conversation_id)`;
  const rows = await waitUntil(look, { what: 'PostgreSQL to be there', timeoutMs: 60_000, everyMs: 100 });
  const known = new Set(rows.map((row) => row.known));
  return ({ instanceId, keyId }) => known.has(`${instanceId} ${keyId}`);
}

function endsOf({ sql }: Database, instances: string[]): Promise<Ended[]> {
  return sql`
    select c.instance_id as "instanceId", c.jid, i.key_id as "keyId", i.seq, t.final, t.reason
    from conversations c join inbox i using (conversation_id) left join turns t using (conversation_id, seq)
    where i.kind = 'message' and c.instance_id = any(${instances}) order by c.conversation_id, i.seq`;
}

/** Those of events that could not be read. */
async function deadLettersOf({ sql }: Database, instances: string[]): Promise<number> {
  const [row] = await sql<
    { count: number }[]
  >`select count(*)::int as count from dead_letters where source = 'inbound' and instance_id = any(${instances})`;
  return row?.count ?? 0;
}
