import type { BotOutcome } from '@typelane/core';
import { createLog } from '@typelane/runtime';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Breakers, createBreakers } from './breaker.ts';

const host = 'https://typebot.example.com';
const lines: { msg: string }[] = [];
let breakers: Breakers;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
  lines.splice(0);
  breakers = createBreakers(createLog('debug', { write: (line: string) => void lines.push(JSON.parse(line) as { msg: string }) }));
});

afterEach(() => {
  vi.useRealTimers();
});

const refused: BotOutcome = { type: 'notSent', cause: 'connection_refused', retryAfterMs: null };
const replied: BotOutcome = { type: 'replied', reply: { bubbles: [], input: null, actions: [], started: null, logs: [] } };

const admit = (chat = 'chat', hasBegun = false, to = host, instanceId = 'instance') =>
  breakers.admit({ host: to, publicId: 'bot', instanceId, conversationId: chat }, hasBegun);

/** A call of a conversation that may call now. */
async function calls(outcome: BotOutcome, hasBegun = false, instanceId = 'instance'): Promise<void> {
  const admission = admit(`caller of ${instanceId}`, hasBegun, host, instanceId);
  if (admission.type === 'refused') throw new Error('Expected the host to be open to calls');
  await admission.call(async () => outcome);
  admission.leave();
}

async function fails(times: number): Promise<void> {
  for (let count = 0; count < times; count += 1) await calls(refused);
}

test.each(['connection_refused', 'connect_timeout', 'dns', 'unreachable', 'tls'])(
  'a host that cannot be reached five times in a row (%s) is not called by any instance, and other hosts are',
  async (cause) => {
    const unreached: BotOutcome = { type: 'notSent', cause, retryAfterMs: null };
    for (let count = 0; count < 4; count += 1) await calls(unreached);
    expect(admit().type).toBe('admitted');
    await calls(unreached);
    for (const instanceId of ['instance', 'other']) expect(admit('chat', false, host, instanceId)).toMatchObject({ type: 'refused' });
    expect(admit('chat', false, 'https://other.example.com').type).toBe('admitted');
  },
);

const failures: [what: string, outcome: BotOutcome][] = [
  ['fails', { type: 'failed', cause: 'bot_failed: http_500' }],
  ['is out of service', { type: 'unavailable', cause: 'http_503', retryAfterMs: null }],
  ['does not answer', { type: 'uncertain', cause: 'timeout' }],
  ['hangs up', { type: 'uncertain', cause: 'connection_reset' }],
  ['is behind a gateway that cannot reach it', { type: 'uncertain', cause: 'http_502' }],
];

test.each(failures)('a bot that %s five times in a row is not called, and other bots of its host are', async (_, outcome) => {
  for (let count = 0; count < 4; count += 1) await calls(outcome);
  expect(admit().type).toBe('admitted');
  await calls(outcome);
  expect(admit()).toMatchObject({ type: 'refused' });
  for (const instanceId of ['second', 'third']) expect(admit('chat', false, host, instanceId).type).toBe('admitted');
  expect(lines.map(({ msg }) => msg)).toEqual(['bot.down']);
});

test.each(failures)('a host where the bot of several instances %s is not called by any instance', async (_, outcome) => {
  for (const instanceId of ['first', 'second', 'third', 'first', 'second']) await calls(outcome, false, instanceId);
  expect(admit('chat', false, host, 'fourth')).toMatchObject({ type: 'refused' });
  expect(lines.map(({ msg }) => msg)).toEqual(['host.down']);
});

test('bots that are known to fail neither keep a host down nor take it down again', async () => {
  const failure: BotOutcome = { type: 'failed', cause: 'bot_failed: http_500' };
  const hostile = ['first', 'second', 'third'];
  for (const instanceId of hostile) for (let count = 0; count < 5; count += 1) await calls(failure, true, instanceId);
  vi.advanceTimersByTime(1_010);
  await calls(replied, false, 'honest');
  for (let round = 0; round < 5; round += 1) {
    vi.advanceTimersByTime(16_000);
    for (const instanceId of hostile) await calls(failure, false, instanceId);
    expect(admit(`chat ${round}`, false, host, 'honest').type).toBe('admitted');
  }
});

test.each<[what: string, outcome: BotOutcome]>([
  ['refuses', { type: 'refused', cause: 'bot_refused: bot_closed', status: 400 }],
  ['does not know the session', { type: 'sessionLost', cause: 'session_not_found' }],
  ['answers with too much, which only this bot does', { type: 'uncertain', cause: 'too_large' }],
  ['was not called because the worker was late', { type: 'notSent', cause: 'late', retryAfterMs: null }],
  ['limits the rate of calls', { type: 'notSent', cause: 'http_429', retryAfterMs: null }],
])('a host that %s is still called', async (_, outcome) => {
  for (let count = 0; count < 20; count += 1) await calls(outcome);
  expect(admit().type).toBe('admitted');
});

test('a host that answers between failures is still called', async () => {
  for (let count = 0; count < 10; count += 1) {
    await fails(4);
    await calls(replied);
  }
  expect(admit().type).toBe('admitted');
});

test('two conversations probe a host that was down while the others wait, and one answer brings it back', async () => {
  await fails(5);
  vi.advanceTimersByTime(1_010);
  const probes = [admit('a'), admit('b')];
  expect(probes.map(({ type }) => type)).toEqual(['admitted', 'admitted']);
  expect(admit('c')).toMatchObject({ type: 'refused' });
  for (const probe of probes.slice(0, 1)) if (probe.type === 'admitted') await probe.call(async () => replied);
  expect(admit('c').type).toBe('admitted');
  expect(lines.map(({ msg }) => msg)).toEqual(['host.down', 'host.up']);
});

test('instances probe a host in turn, however many conversations of one of them wait', async () => {
  await fails(5);
  const wait = (): void => {
    for (let chat = 0; chat < 100; chat += 1) admit(`many ${chat}`, false, host, 'many');
    admit('lone', false, host, 'lone');
  };
  wait();
  vi.advanceTimersByTime(1_200);
  const probes = [admit('many 0', false, host, 'many'), admit('many 1', false, host, 'many'), admit('lone', false, host, 'lone')];
  expect(probes.map(({ type }) => type)).toEqual(['admitted', 'refused', 'admitted']);
});

test('an instance whose retry does not come does not keep others from probing', async () => {
  await fails(5);
  admit('gone', false, host, 'gone');
  for (const restMs of [1_200, 3_200]) {
    vi.advanceTimersByTime(restMs);
    const probe = admit('here');
    expect(probe.type).toBe('admitted');
    if (probe.type === 'admitted') await probe.call(async () => refused);
  }
});

test('if a probe is not made, another conversation may probe', async () => {
  await fails(5);
  vi.advanceTimersByTime(1_010);
  for (let count = 0; count < 5; count += 1) {
    const probe = admit();
    if (probe.type === 'admitted') probe.leave();
  }
  await calls(replied);
  await calls(replied);
  expect(admit().type).toBe('admitted');
});

test('a host whose probes fail is left alone twice as long each time, at most 15 seconds', async () => {
  await fails(5);
  for (const restMs of [1_000, 2_000, 4_000, 8_000, 15_000, 15_000]) {
    vi.advanceTimersByTime(restMs - 10);
    expect(admit(`early ${restMs}`).type).toBe('refused');
    vi.advanceTimersByTime(20);
    await calls(refused);
    expect(admit(`late ${restMs}`)).toMatchObject({ type: 'refused' });
  }
  expect(lines.map(({ msg }) => msg)).toEqual(['host.down']);
});

test('a turn that has made a call is admitted although its host is down', async () => {
  await fails(5);
  await calls(replied, true);
  expect(admit().type).toBe('refused');
});

test.each<[outcome: 'notSent' | 'unavailable', askedMs: number, restsMs: number]>([
  ['notSent', 60_000, 60_000],
  ['unavailable', 60_000, 60_000],
  ['notSent', 3_600_000, 300_000],
])(
  'a bot that is %s and asks to come back in %i ms is not called for %i ms, nor is its host if several bots ask',
  async (type, retryAfterMs, restsMs) => {
    const outcome: BotOutcome = { type, cause: type === 'notSent' ? 'http_429' : 'http_503', retryAfterMs };
    await calls(outcome);
    expect(admit('chat', false, host, 'other').type).toBe('admitted');
    vi.advanceTimersByTime(restsMs - 1);
    expect(admit()).toMatchObject({ type: 'refused', downMs: restsMs - 1 });
    vi.advanceTimersByTime(1);
    expect(admit().type).toBe('admitted');
    for (const instanceId of ['second', 'third', 'fourth']) await calls(outcome, false, instanceId);
    expect(admit('chat', false, host, 'fifth').type).toBe('refused');
  },
);

test('waiting conversations retry one after another, and each of them once', async () => {
  await fails(5);
  const waits = Array.from({ length: 100 }, (_, index) => admit(`chat ${index}`)).map((admission) =>
    admission.type === 'refused' ? (admission.inMs ?? 0) : 0,
  );
  expect(waits.toSorted((one, other) => one - other)).toEqual(waits);
  expect((waits.at(-1) ?? 0) - (waits[0] ?? 0)).toBeGreaterThan(300);
  expect(admit('chat 0')).toMatchObject({ type: 'refused', inMs: null });
});

test('the state of a thousand hosts is remembered, and no more', async () => {
  await fails(5);
  for (let count = 0; count < 1_000; count += 1) admit('chat', false, `https://bot-${count}.example.com`);
  expect(admit().type).toBe('admitted');
});
