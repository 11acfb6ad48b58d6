import { afterEach, expect, test } from 'vitest';
import { loadRecording } from './recording.ts';
import { startRecordingPlayer } from './recording-player.ts';
import type { Player } from './recording-player.ts';
import { waitUntil } from './wait-until.ts';

const closings: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closings.splice(0).map((close) => close()));
});

async function play(name: string, exchanges?: number[]): Promise<Player> {
  const player = await startRecordingPlayer(loadRecording(name), exchanges ? { exchanges } : {});
  closings.push(player.close);
  return player;
}

function post(player: Player, path: string, body: unknown, init: RequestInit = {}) {
  return fetch(`${player.url}/api/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    ...init,
  });
}

test('a recording is played in order, and the requests are kept', async () => {
  const player = await play('no-input-continue');
  const started = await post(player, 'typebots/wa-no-input/startChat', { prefilledVariables: { pushName: 'Bia' } });
  const sessionId = 'p0c3slzh2w5p0vwfaqgvgu5b';
  expect(await started.json()).toMatchObject({ sessionId });
  const replayed = await post(player, `sessions/${sessionId}/continueChat`, { message: 'oi' });
  const gone = await post(player, `sessions/${sessionId}/continueChat`, { message: 'oi?' });
  expect([started.status, replayed.status, gone.status]).toEqual([200, 200, 404]);
  expect(await gone.json()).toMatchObject({ message: 'Session not found.' });
  expect(player.requests.map(({ body }) => body)).toEqual([
    { prefilledVariables: { pushName: 'Bia' } },
    { message: 'oi' },
    { message: 'oi?' },
  ]);
  expect(player).toMatchObject({ mismatches: [] });
  expect(player.left()).toBe(0);
});

test('a start where the recording continues is answered with 599 and does not use up the answer', async () => {
  const player = await play('no-input-continue', [1]);
  const wrong = await post(player, 'typebots/wa-no-input/startChat', {});
  expect(wrong.status).toBe(599);
  expect(player.mismatches).toEqual([
    expect.stringMatching(/^POST startChat of wa-no-input came, but the recording goes on with POST continueChat of/),
  ]);
  expect(player.left()).toBe(1);
});

test('another session than the recorded one is a mismatch', async () => {
  const player = await play('no-input-continue', [1]);
  expect((await post(player, 'sessions/another/continueChat', { message: 'oi' })).status).toBe(599);
});

test('a request after the last exchange is a mismatch', async () => {
  const player = await play('no-input-continue', []);
  expect((await post(player, 'typebots/wa-no-input/startChat', {})).status).toBe(599);
  expect(player.mismatches).toEqual(['POST startChat of wa-no-input came, but nothing of the recording is left']);
});

test('a recorded missing answer is played as no answer', async () => {
  const player = await play('hang-silent-flow', [1]);
  const leaving = new AbortController();
  const asking = post(player, 'sessions/du3i4l8k1p444sl6xf7xuxyp/continueChat', { message: 'hi' }, { signal: leaving.signal });
  const ended = asking.then(
    () => 'answered',
    (error: unknown) => (error instanceof Error ? error.name : error),
  );
  await waitUntil(() => player.left() === 0, { what: 'the exchange to be played' });
  leaving.abort();
  expect(await ended).toBe('AbortError');
  expect(player.mismatches).toEqual([]);
});

test('text answers are played unchanged', async () => {
  const player = await play('errors', [9]);
  const answer = await fetch(`${player.url}/api/v1/sessions//continueChat`, { method: 'POST' });
  expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([404, 'text/plain;charset=UTF-8', 'Not found']);
});

test('an exchange that was recorded incompletely cannot be played', async () => {
  await expect(startRecordingPlayer(loadRecording('http-shapes'))).rejects.toThrow('exchange 8 was not kept whole');
});
