import type { SettingsInput } from '@typelane/core';
import { type FakeTypebot, type Heard, startFakeTypebot, waitUntil } from '@typelane/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { said } from './chaos/said.ts';
import { type Behaviour, behaviours, type Known, timeoutMs } from './faults/http-behaviours.ts';
import { createGate, type Gate } from './gate.ts';
import { type Pipeline, startPipeline } from './harness.ts';
import { finalOf } from './tables.ts';
import { echoBot } from './order/echo-bot.ts';

/**
 * Every way in which Typebot can treat a request, for a start and for a continue, under both policies: how the event ends,
 * how often Typebot is called and what the contact gets. The chat continues with its next message, in order and never two at once.
 */
let typebot: FakeTypebot;
let pipeline: Pipeline;
const gates: Gate[] = [];

/** Longer than the pause before a second attempt, so that the measured wait is the quarantine. */
const quarantineMs = 1_300;
const policies = ['at-most-once', 'at-least-once'] as const;
const kinds = ['start', 'continue'] as const;
type Policy = (typeof policies)[number];
type Kind = (typeof kinds)[number];

beforeAll(async () => {
  typebot = await startFakeTypebot({ bots: { echo: echoBot } });
  for (let count = 0; count < policies.length * kinds.length; count += 1) gates.push(await createGate(typebot.url));
  pipeline = await startPipeline({ typebots: [typebot.url, ...gates.map(({ url }) => url)], timeoutMs, quarantineMs, concurrency: 100 });
});

afterAll(async () => {
  await pipeline.close();
  for (const gate of gates) await gate.close();
  await typebot.close();
  checkRest();
  typebot.assertClean();
});

/** Checked after all tests. */
function checkRest(): void {
  expect(typebot.moodsLeft()).toBe(0);
  expect(pipeline.consumer.breaches).toEqual([]);
}

const rows = behaviours.flatMap((behaviour) => policies.map((policy) => ({ what: behaviour.what, behaviour, policy })));

test.concurrent.each(rows)('$policy, a Typebot that $what', { timeout: 40_000 }, async ({ behaviour, policy }) => {
  const seen = await Promise.all(kinds.map((kind) => walk(behaviour, policy, kind)));
  expect(Object.fromEntries(kinds.map((kind, i) => [kind, seen[i]]))).toEqual(
    Object.fromEntries(kinds.map((kind) => [kind, expectedOf(behaviour, policy, kind)])),
  );
});

/** `waited`: the wait that the outcome requires had passed when Typebot was called next. */
type Seen = { finals: (string | null)[]; heard: string[]; texts: string[]; waited: boolean; neverTwoAtOnce: boolean };

function expectedOf(behaviour: Behaviour, policy: Policy, kind: Kind): Seen {
  const known = kind === 'start' ? (behaviour.atStart ?? behaviour.known) : behaviour.known;
  const { final, asked } = endOf(known, policy, kind);
  const arrivals = behaviour.mood === 'refused' ? 1 : asked;
  const isAnswered = final === 'answered';
  const stone = { final, heard: Array<string>(arrivals).fill('stone'), texts: [] as string[] };
  if (isAnswered) stone.texts = [kind === 'start' || known.outcome === 'sessionLost' ? 'started by stone' : 'heard stone'];
  const next = kind === 'start' && !isAnswered ? 'started by next' : 'heard next';
  const before = kind === 'start' ? [] : ['hello'];
  return {
    finals: [...before.map(() => 'answered'), final, 'answered'],
    heard: [...before, ...stone.heard, 'next'],
    texts: [...before.map((text) => `started by ${text}`), ...stone.texts, next],
    waited: true,
    neverTwoAtOnce: true,
  };
}

/** How the event ends, and how many requests are made for it. Only the first is treated badly. */
function endOf(known: Known, policy: Policy, kind: Kind): { final: string; asked: number } {
  switch (known.outcome) {
    case 'notSent':
    case 'sessionLost':
      return { final: 'answered', asked: 2 };
    case 'refused':
      return { final: `dead: ${known.cause}`, asked: 1 };
    case 'failed':
    case 'uncertain':
      // A start carries no text of the contact.
      return kind === 'start' || policy === 'at-least-once'
        ? { final: 'answered', asked: 2 }
        : { final: `${known.outcome === 'failed' ? 'dead' : 'uncertain'}: ${known.cause}`, asked: 1 };
  }
}

let walks = 0;

/** One chat in which the message `stone` meets the behaviour, followed by `next`. */
async function walk({ mood, known, atStart }: Behaviour, delivery: Policy, kind: Kind): Promise<Seen> {
  const number = (walks += 1);
  const publicId = `echo-${number}`;
  typebot.setBot(publicId, echoBot);
  const gate = mood === 'refused' ? gateOf(delivery, kind) : null;
  const settings: SettingsInput = { delivery, errorMessage: null, uncertainMessage: null };
  const instanceId = await pipeline.register({ url: gate?.url ?? typebot.url, publicId, settings, instanceId: publicId });
  const chat = { instanceId, jid: `55317${String(number).padStart(8, '0')}@s.whatsapp.net` };
  if (kind === 'continue') {
    await pipeline.say(chat, 'hello');
    await pipeline.tables.handled(instanceId, 1);
  }
  if (mood === 'refused') await gate?.close();
  else typebot.nextMood(mood, { kind, publicId });
  for (const text of ['stone', 'next']) await pipeline.say(chat, text);
  if (gate !== null) await refusedOnce(instanceId).then(gate.open);

  const outcomes = await pipeline.tables.handled(instanceId, kind === 'start' ? 2 : 3, 30_000);
  await pipeline.tables.acknowledged(instanceId);
  const heard = typebot.heard.filter((request) => request.publicId === publicId);
  return {
    finals: outcomes.map(finalOf),
    heard: heard.map(wordsOf),
    texts: pipeline.consumer.textsTo(instanceId, chat.jid),
    waited: waitedMs(heard) >= waitOf((kind === 'start' ? atStart : null) ?? known),
    neverTwoAtOnce: neverTwoAtOnce(heard),
  };
}

function gateOf(policy: Policy, kind: Kind): Gate {
  const gate = gates[policies.indexOf(policy) * kinds.length + kinds.indexOf(kind)];
  if (!gate) throw new Error(`No gate was opened for ${policy} ${kind}`);
  return gate;
}

/** A request that was not read belongs to `stone`: all others are read. */
function wordsOf(request: Heard): string {
  return said(request) ?? 'stone';
}

function waitOf(known: Known): number {
  if (known.outcome === 'uncertain') return quarantineMs;
  return known.outcome === 'notSent' ? (known.retryAfterMs ?? 0) : 0;
}

/** Between the first request for the stone and the one after it. */
function waitedMs(heard: readonly Heard[]): number {
  const at = heard.findIndex((request) => wordsOf(request) === 'stone');
  return (heard[at + 1]?.at ?? 0) - (heard[at]?.at ?? 0);
}

/** Abandoned requests that Typebot is still processing count too. Each start has a separate session. */
function neverTwoAtOnce(heard: readonly Heard[]): boolean {
  const continues = heard.filter(({ kind }) => kind === 'continue');
  return continues.every(({ at }, i) => i === 0 || (continues[i - 1]?.endedAt ?? Infinity) <= at);
}

async function refusedOnce(instanceId: string): Promise<void> {
  await waitUntil(
    async () => {
      const [row] = await pipeline.database.sql<{ attempt: string | null }[]>`
        select state #>> '{turn,notSent,attempts}' as attempt from conversations where instance_id = ${instanceId}`;
      return Number(row?.attempt ?? 0) > 0;
    },
    { what: 'a refused connection' },
  );
}
