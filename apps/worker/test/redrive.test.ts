import { findDeadLetter, listDeadLetters, listUncertain, redriveFromChat, repeatUncertain } from '@typelane/db';
import { type Mood, waitUntil } from '@typelane/testkit';
import { afterEach, expect, test } from 'vitest';
import { type Scenario, startScenario } from './scenario.ts';

/** Dead and uncertain events are redriven when their cause is gone: once, at the tail of their chat. */
let scenario: Scenario;
/** Notices about failures are not part of these tests. */
const silent = { errorMessage: null, uncertainMessage: null };
afterEach(() => scenario.close());

const refusal: Mood = {
  type: 'error',
  error: { status: 400, code: 'BAD_REQUEST', message: 'Invalid input', defined: true },
  processed: false,
};

test('a message that a broken bot refused is answered once when it is redriven, at the tail of its chat', async () => {
  scenario = await startScenario({ ...silent, staleAfterMinutes: 1 });
  await scenario.says('hello');
  await scenario.tells('started by hello');
  scenario.typebot.nextMood(refusal);
  await scenario.says('lost words');
  expect((await scenario.finals(2))[1]).toMatch(/^dead: /);
  const letter = await onlyLetter();
  await makeOld('lost words');
  const redriven = await redriveFromChat(scenario.pipeline.database.sql, letter, { force: false });
  expect(redriven.type).toBe('redriven');
  await wake();
  await scenario.says('and these');
  await scenario.tells('started by hello', 'heard lost words', 'heard and these');
  expect(await scenario.finals(4)).toEqual(['answered', expect.stringMatching(/^dead: /), 'answered', 'answered']);
  expect(scenario.heard().filter((words) => words === 'lost words')).toHaveLength(2);
  expect((await findDeadLetter(scenario.pipeline.database, owner(), letter.deadLetterId))?.status).toBe('redriven');
});

test('every part of a refused burst becomes a dead letter, and redriving them produces one answer', async () => {
  scenario = await startScenario({ ...silent, debounceMs: 300 });
  await scenario.says('hello');
  await scenario.tells('started by hello');
  scenario.typebot.nextMood(refusal);
  for (const words of ['one', 'two']) await scenario.says(words);
  await scenario.finals(3);
  const letters = await openLetters();
  expect(letters.map(({ seq }) => seq)).toEqual([2, 3]);
  for (const letter of letters)
    expect((await redriveFromChat(scenario.pipeline.database.sql, letter, { force: false })).type).toBe('redriven');
  await wake();
  await scenario.tells('started by hello', 'heard one\ntwo');
});

test('an uncertain message is sent to Typebot once more when an operator asks to repeat it', async () => {
  scenario = await startScenario(silent, undefined, { timeoutMs: 1_000, quarantineMs: 100 });
  await scenario.says('hello');
  await scenario.tells('started by hello');
  scenario.typebot.nextMood({ type: 'hang' });
  await scenario.says('lost words');
  await scenario.finals(2);
  const { sql } = scenario.pipeline.database;
  const [turn, ...others] = await listUncertain(scenario.pipeline.database, { scope: 'admin' }, scenario.instanceId, 'open', page);
  if (!turn) throw new Error('There is no uncertain turn');
  expect([turn.cause, others]).toEqual(['timeout', []]);
  const repeat = () => repeatUncertain(sql, { ...turn, by: 'operator', force: false });
  const types = (await Promise.all([repeat(), repeat()])).map(({ type }) => type);
  expect(types.toSorted()).toEqual(['repeated', 'resolved']);
  await wake();
  await scenario.tells('started by hello', 'heard lost words');
  expect(await scenario.finals(3)).toEqual(['answered', 'uncertain: timeout', 'answered']);
});

const page = { limit: 10, after: null };
const owner = () => ({ type: 'instance', tenant: { scope: 'admin' }, instanceId: scenario.instanceId }) as const;

type FromChat = Parameters<typeof redriveFromChat>[1];

/** The oldest first. */
async function openLetters(): Promise<FromChat[]> {
  const letters = await listDeadLetters(scenario.pipeline.database, owner(), { status: 'open' }, page);
  return letters
    .flatMap(({ deadLetterId, conversationId, seq }) => (conversationId && seq ? [{ deadLetterId, conversationId, seq }] : []))
    .toSorted((a, b) => a.seq - b.seq);
}

async function onlyLetter(): Promise<FromChat> {
  const [letter, ...others] = await waitUntil(openLetters, { what: 'a dead letter' });
  if (!letter || others.length > 0) throw new Error('Expected one dead letter');
  return letter;
}

/** Makes the message old, so that it would be stale. */
async function makeOld(words: string): Promise<void> {
  const longAgo = Math.floor(Date.now() / 1_000) - 3_600;
  await scenario.pipeline.database.sql`
    update inbox set event = jsonb_set(event, '{data,messageTimestamp}', to_jsonb(${longAgo}::int)) where event #>> '{data,content,text}' = ${words}`;
}

async function wake(): Promise<void> {
  const chats = await scenario.pipeline.tables.conversations(scenario.instanceId);
  await scenario.pipeline.wake([...chats]);
}
