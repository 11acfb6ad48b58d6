import { afterAll, beforeAll, expect, test } from 'vitest';
import { planOf } from './chaos/plan.ts';
import { runChaos } from './chaos/run.ts';
import { type Servers, startServers } from './chaos/servers.ts';

/**
 * A small part of `npm run chaos`: 50 chats of 20 messages, three workers, eight faults, for each seed. Half of the chats are of an
 * integration that repeats uncertain turns. Hostile tenants attack them in every way a tenant can (attacks.ts). The outcome is judged from
 * outside, by the honest tenants only; a failure names the seed and the broken guarantee.
 */
let servers: Servers;

beforeAll(async () => {
  servers = await startServers();
});

afterAll(() => servers.stop());

test.each([1, 4, 7])('nothing is lost, repeated or reordered while everything breaks: seed %i', { timeout: 180_000 }, async (seed) => {
  const report = await runChaos(planOf(seed, { lanes: 50, messagesPerLane: 20, workers: 3, faults: 8 }), servers);
  expect(report.faults).toEqual([]);
  expect(report.events).toBe(1_000);
});

test('hostile tenants keep no message of an honest tenant from being answered', { timeout: 180_000 }, async () => {
  const size = { lanes: 20, messagesPerLane: 10, workers: 2, faults: 0 };
  const { faults, history } = await runChaos(planOf(2, size, { isCalm: true }), servers);
  expect(faults).toEqual([]);
  expect(history.published).toHaveLength(200);
  expect(history.ended.filter(({ final }) => final !== 'answered')).toEqual([]);
});
