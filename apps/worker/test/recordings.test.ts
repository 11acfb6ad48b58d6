import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { changeIntegration } from '@typelane/db';
import { loadRecording, type Player, startRecordingPlayer } from '@typelane/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Pipeline, startPipeline } from './harness.ts';
import { finalOf } from './tables.ts';
import { coverage } from './recordings/coverage.ts';
import { transcriptOf } from './recordings/transcript.ts';
import { eventOf, instanceId, jid, pushNameIn, type Scenario, startBody, type Turn, variablesOf } from './recordings/scenario.ts';

/**
 * Every recorded conversation, replayed by a contact through the whole pipeline: the requests to Typebot are compared with those of
 * the recording, and the replies to the contact are kept in __snapshots__.
 */
const scenarios = coverage.flatMap(({ recording, scenarios: all }) =>
  all.map((scenario): [string, string, Scenario] => [recording, scenario.title, scenario]),
);

let pipeline: Pipeline;
const players = new Map<Scenario, Player>();

beforeAll(async () => {
  // All players start first, since a worker reads only once which Typebots it may call.
  for (const [recording, , scenario] of scenarios) {
    players.set(scenario, await startRecordingPlayer(loadRecording(recording), { exchanges: scenario.turns.flatMap(({ asks }) => asks) }));
  }
  pipeline = await startPipeline({ typebots: [...players.values()].map(({ url }) => url), quarantineMs: 100 });
  await pipeline.register({ instanceId, businessId: 'biz-1', url: 'http://localhost', publicId: 'none' });
});

afterAll(async () => {
  await pipeline.close();
  await Promise.all([...players.values()].map((player) => player.close()));
});

beforeEach(async () => {
  await pipeline.database.sql`truncate conversations, inbox, turns, outbox, sessions, sent_keys`;
});

test.each(scenarios)('in %s, %s', async (recording, _, scenario) => {
  const { exchanges } = loadRecording(recording);
  const player = playerOf(scenario);
  const events = scenario.turns.map(({ says }, index) => eventOf(says, index, pushNameIn(exchanges)));
  await changeIntegration(pipeline.database, { scope: 'admin' }, instanceId, () => ({
    publicId: publicIdIn(recording, scenario),
    typebotURL: (scenario.typebotURL ?? ((url: string) => url))(player.url),
    settings: scenario.settings ?? {},
  }));
  const before = pipeline.consumer.replies().length;

  for (const [index, event] of events.entries()) {
    await pipeline.publish(event);
    if (!scenario.atOnce) await pipeline.tables.handled(instanceId, index + 1);
  }
  const outcomes = await pipeline.tables.handled(instanceId, events.length);
  await pipeline.tables.acknowledged(instanceId);

  const expected = scenario.turns.flatMap((turn, index) =>
    turn.asks.map((exchange) => requestOf(recording, turn, exchange, startBody(events[index] ?? eventOf('', 0, '')))),
  );
  expect(player.mismatches).toEqual([]);
  expect(player.requests.map(({ method, path, body }) => ({ method, path, body }))).toEqual(expected);
  expect(player.requests.map(({ headers }) => headers.origin)).toEqual(expected.map(() => undefined));
  expect(outcomes.map(finalOf)).toEqual(scenario.turns.map(({ final = 'answered' }) => final));
  expect(pipeline.consumer.breaches).toEqual([]);

  const replies = pipeline.consumer.replies().slice(before);
  expect(replies.map(({ seq }) => seq)).toEqual(Array.from(replies.keys(), (index) => index + 1));
  expect(replies.map(({ to }) => to)).toEqual(replies.map(() => jid));
  const shown = scenario.turns.map(({ says, asks }, index) => ({
    says,
    asks,
    replies: replies.filter(({ inReplyTo }) => inReplyTo === events[index]?.data.keyId),
  }));
  expect(shown.flatMap((turn) => turn.replies)).toHaveLength(replies.length);
  expect(shown.map(transcriptOf).join('\n')).toMatchSnapshot();
});

test('every exchange of every recording is replayed, or a reason is given', () => {
  const names = readdirSync(fileURLToPath(new URL('../../../packages/testkit/recordings/', import.meta.url)))
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length));
  expect(coverage.map(({ recording }) => recording).toSorted()).toEqual(names.toSorted());
  for (const { recording, scenarios: all, left = [] } of coverage) {
    const driven = new Set(all.flatMap(({ turns }) => turns.flatMap(({ asks }) => asks)));
    const explained = left.flatMap(([exchanges]) => exchanges);
    expect({ recording, exchanges: [...driven, ...explained].toSorted((a, b) => a - b) }).toEqual({
      recording,
      exchanges: [...loadRecording(recording).exchanges.keys()],
    });
  }
});

/** The recorded request, with our body where it differs, and where it is a start. */
function requestOf(
  recording: string,
  { differs }: Turn,
  exchange: number,
  start: unknown,
): { method: string; path: string; body: unknown } {
  const { request } = recorded(recording, exchange);
  const path = decodeURIComponent(new URL(request.url).pathname);
  if (!path.endsWith('/startChat')) return { method: request.method, path, body: differs ? differs.body : request.body };
  // Where the recorded start gave the seven variables as they are documented, ours gives the same values.
  const variables = variablesOf(request.body);
  if (variables && 'keyRemoteJid' in variables && exchange === 0)
    expect(Object.keys(variablesOf(start) ?? {})).toEqual(expect.arrayContaining(Object.keys(variables)));
  return { method: request.method, path, body: start };
}

function recorded(recording: string, exchange: number) {
  const found = loadRecording(recording).exchanges[exchange];
  if (!found) throw new Error(`${recording} has no exchange ${exchange}`);
  return found;
}

function playerOf(scenario: Scenario): Player {
  const player = players.get(scenario);
  if (!player) throw new Error(`There is no player for ${scenario.title}`);
  return player;
}

function publicIdIn(recording: string, { turns }: Scenario): string {
  const [first = 0] = turns.flatMap(({ asks }) => asks);
  const path = new URL(recorded(recording, first).request.url).pathname;
  return decodeURIComponent(/typebots\/([^/]*)\/startChat/.exec(path)?.[1] ?? '');
}
