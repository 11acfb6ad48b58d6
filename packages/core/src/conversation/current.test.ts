import { expect, test } from 'vitest';
import { contextOf, now, play, reply, said, take, textInput, waitingAt } from '../../test/scenario.ts';
import { type Conversation, type StepInput, type SettingsInput, step } from '../index.ts';

/** What is on record is JSON, and older than the program. */
function written(state: Conversation, ...unknownThen: string[]): Conversation {
  const json = JSON.stringify(state, (key, value: unknown) => (unknownThen.includes(key) ? undefined : value));
  return JSON.parse(json) as Conversation;
}

const then = [
  'address',
  'activeAt',
  'since',
  'dueAt',
  'events',
  'joined',
  'publicId',
  'misses',
  'typebotId',
  'answers',
  'inquiry',
  'resends',
];
const settings: SettingsInput = { expireAfterMinutes: 5, pause: { resumeAfterMinutes: 5 }, keywords: { restart: ['menu'] } };

test('a chat that waited under an earlier version is answered, expires and restarts', () => {
  const old = written(waitingAt(), ...then);
  expect(take(old, contextOf({ settings })).ask).toMatchObject({ type: 'continue', message: 'hi' });
  const reaction = said('x', { contentType: 'reaction', content: { text: '👍' } });
  expect(take(old, contextOf({ settings, event: reaction })).timerAt).toBe(now + 300_000);
  expect(take(old, contextOf({ settings, event: said('menu') })).ask).toMatchObject({ type: 'start', publicId: 'my-bot' });
});

test('a chat that was paused under an earlier version is handed back from now on', () => {
  const waiting = waitingAt();
  if (waiting.status !== 'waiting') throw new Error('The chat does not wait');
  const old = written({ ...waiting, status: 'paused', since: now }, ...then);
  expect(take(old, contextOf({ settings })).timerAt).toBe(now + 300_000);
});

test.each<[string, StepInput]>([
  ['answered', { type: 'replied', reply: reply({ input: textInput }) }],
  ['lost with its worker', { type: 'uncertain', cause: 'worker_lost' }],
  ['refused', { type: 'refused', cause: 'closed', status: 400 }],
])('a call that was under way under an earlier version is %s', (_, outcome) => {
  const old = written(take(waitingAt(), contextOf()).state, ...then);
  expect(step(old, outcome, contextOf())).toMatchObject({ events: 1, final: expect.anything() as object });
});

test('a retry that waited under an earlier version is made at once', () => {
  const { state } = play(waitingAt(), contextOf(), { type: 'notSent', cause: 'x', retryAfterMs: null }).last;
  expect(step(written(state, ...then), { type: 'due' }, contextOf())).toMatchObject({ ask: { type: 'continue' } });
});
