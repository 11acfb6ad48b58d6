import { findDeadLetter, listDeadLetters, listUncertain, redriveFromChat, repeatUncertain } from '@typelane/db';
import { type Mood, waitUntil } from '@typelane/testkit';
import { afterEach, expect, test } from 'vitest';
import { type Scene, startScene } from './scene.ts';

/** What ended badly is said again when its cause is gone: once, at the tail of its chat. */
let scene: Scene;
/** What the bot says about failures is not what these tests are about. */
const silent = { errorMessage: null, uncertainMessage: null };
afterEach(() => scene.close());

const refusal: Mood = {
  type: 'error',
  error: { status: 400, code: 'BAD_REQUEST', message: 'Invalid input', defined: true },
  processed: false,
};

test('a message that a broken bot refused is answered once when it is redriven, at the tail of its chat', async () => {
  scene = await startScene({ ...silent, staleAfterMinutes: 1 });
  await scene.says('hello');
  await scene.tells('started by hello');
  scene.typebot.nextMood(refusal);
  await scene.says('lost words');
  expect((await scene.finals(2))[1]).toMatch(/^dead: /);
  const letter = await onlyLetter();
  await makeOld('lost words');
  const redriven = await redriveFromChat(scene.pipeline.database.sql, letter, { force: false });
  expect(redriven.type).toBe('redriven');
  await wake();
  await scene.says('and these');
  await scene.tells('started by hello', 'heard lost words', 'heard and these');
  expect(await scene.finals(4)).toEqual(['answered', expect.stringMatching(/^dead: /), 'answered', 'answered']);
  expect(scene.heard().filter((words) => words === 'lost words')).toHaveLength(2);
  expect((await findDeadLetter(scene.pipeline.database, owner(), letter.deadLetterId))?.status).toBe('redriven');
});

test('every part of a refused burst becomes a dead letter, and redriving them produces one answer', async () => {
  scene = await startScene({ ...silent, debounceMs: 300 });
  await scene.says('hello');
  await scene.tells('started by hello');
  scene.typebot.nextMood(refusal);
  for (const words of ['one', 'two']) await scene.says(words);
  await scene.finals(3);
  const letters = await openLetters();
  expect(letters.map(({ seq }) => seq)).toEqual([2, 3]);
  for (const letter of letters)
    expect((await redriveFromChat(scene.pipeline.database.sql, letter, { force: false })).type).toBe('redriven');
  await wake();
  await scene.tells('started by hello', 'heard one\ntwo');
});

test('an uncertain message is sent to Typebot once more when an operator redrives it', async () => {
  scene = await startScene(silent, undefined, { timeoutMs: 1_000, quarantineMs: 100 });
  await scene.says('hello');
  await scene.tells('started by hello');
  scene.typebot.nextMood({ type: 'hang' });
  await scene.says('lost words');
  await scene.finals(2);
  const { sql } = scene.pipeline.database;
  const [turn, ...others] = await listUncertain(scene.pipeline.database, { scope: 'admin' }, scene.instanceId, 'open', page);
  if (!turn) throw new Error('There is no uncertain turn');
  expect([turn.cause, others]).toEqual(['timeout', []]);
  const repeat = () => repeatUncertain(sql, { ...turn, by: 'operator', force: false });
  const types = (await Promise.all([repeat(), repeat()])).map(({ type }) => type);
  expect(types.toSorted()).toEqual(['repeated', 'resolved']);
  await wake();
  await scene.tells('started by hello', 'heard lost words');
  expect(await scene.finals(3)).toEqual(['answered', 'uncertain: timeout', 'answered']);
});

const page = { limit: 10, after: null };
const owner = () => ({ type: 'instance', tenant: { scope: 'admin' }, instanceId: scene.instanceId }) as const;

type FromChat = Parameters<typeof redriveFromChat>[1];

/** The oldest first. */
async function openLetters(): Promise<FromChat[]> {
  const letters = await listDeadLetters(scene.pipeline.database, owner(), { status: 'open' }, page);
  return letters
    .flatMap(({ deadLetterId, conversationId, seq }) => (conversationId && seq ? [{ deadLetterId, conversationId, seq }] : []))
    .toSorted((a, b) => a.seq - b.seq);
}

async function onlyLetter(): Promise<FromChat> {
  const [letter, ...others] = await waitUntil(openLetters, { what: 'a dead letter' });
  if (!letter || others.length > 0) throw new Error('Expected one dead letter');
  return letter;
}

/** The message came long ago, so it would be stale. */
async function makeOld(words: string): Promise<void> {
  const longAgo = Math.floor(Date.now() / 1_000) - 3_600;
  await scene.pipeline.database.sql`
    update inbox set event = jsonb_set(event, '{data,messageTimestamp}', to_jsonb(${longAgo}::int)) where event #>> '{data,content,text}' = ${words}`;
}

async function wake(): Promise<void> {
  const chats = await scene.pipeline.ledger.conversations(scene.instanceId);
  await scene.pipeline.wake([...chats]);
}
