import { expect, test } from 'vitest';
import { bubble, contextOf, decided, play, reply, said, sessionOf, started, take, textInput, textsOf } from '../../test/scenario.ts';
import { type BotResult, type Conversation, type StepInput, type SettingsInput, step } from '../index.ts';

/** Whether Typebot heard an uncertain call, judged by what it has stored. */
const settings: SettingsInput = { typebotApiToken: 'sealed', uncertainMessage: 'did it hear?' };
const context = contextOf({ settings, event: said('Ana') });
const doubt: StepInput = { type: 'uncertain', cause: 'timeout' };
const next = { id: 'in-2', type: 'text input' };

const asks = (input: typeof textInput): StepInput => ({ type: 'replied', reply: reply({ bubbles: [bubble('?')], input }) });
const stored = (blocks: string[], change: Partial<BotResult> = {}): StepInput => ({
  type: 'inspected',
  result: { answers: blocks.map((blockId) => ({ blockId })), isCompleted: false, lastChatSessionId: 'tb-1', hasBlock: true, ...change },
});

/** A chat that waits at `in-1`, with a token since its beginning. */
function waiting(over = context): Conversation {
  return play({ status: 'idle' }, over, { type: 'replied', reply: reply({ bubbles: [bubble('Name?')], input: textInput, started }) }).last
    .state;
}

/** The contact answers, the call ends as uncertain, and the quarantine passes. */
function inDoubt(state = waiting(), over = context): Conversation {
  return decided(step(play(state, over, doubt).last.state, { type: 'due' }, over)).state;
}

const hear = (state: Conversation, input: StepInput, over = context) => decided(step(state, input, over));

test('an uncertain call is looked up after the quarantine, and its event waits for the result', () => {
  const { last, asked } = play(waiting(), context, doubt);
  expect(last).toMatchObject({ state: { status: 'due' }, ask: null, waitMs: 0, quarantine: true, final: null, say: [] });
  expect(asked).toHaveLength(1);
  const typebotURL = 'https://typebot.example.com';
  expect(hear(last.state, { type: 'due' })).toMatchObject({
    state: { status: 'calling' },
    ask: { type: 'inspect', typebotURL, typebotId: 't-1', resultId: 'r-1', blockId: 'in-1' },
  });
});

test.each<[what: string, input: StepInput]>([
  ['one answer more than ever given', stored(['in-1'])],
  ['the end of the flow', stored([], { isCompleted: true })],
])('%s means that the call was heard: it is not repeated', (_what, input) => {
  const { final, say, ask, quarantine } = hear(inDoubt(), input);
  expect(final).toEqual({ type: 'uncertain', reason: 'timeout', resolution: 'processed' });
  expect({ said: textsOf(say), ask, quarantine }).toEqual({ said: ['did it hear?'], ask: null, quarantine: false });
});

test('no answer to a question of the bot itself means that the call was not heard: it is repeated', () => {
  const { state, ask, final } = hear(inDoubt(), stored([]));
  expect(ask).toEqual({ type: 'continue', typebotURL: 'https://typebot.example.com', typebotSessionId: 'tb-1', message: 'Ana' });
  expect(final).toBeNull();
  const { final: end, state: after } = hear(state, asks(next));
  expect(end).toEqual({ type: 'answered' });
  expect(sessionOf(after).bot).toMatchObject({ pending: { input: next }, answers: { 'in-1': 1 }, uncertainTurns: 0 });
});

test.each<[what: string, input: StepInput]>([
  ['of a question of another bot', stored([], { hasBlock: false })],
  ['in the result of another session', stored([], { lastChatSessionId: 'tb-2' })],
  ['of a Typebot that does not name the session, with nothing else stored', stored([], { lastChatSessionId: null })],
])('no answer %s means nothing', (_what, input) => {
  const { final, ask } = hear(inDoubt(), input);
  expect({ final, ask }).toEqual({ final: { type: 'uncertain', reason: 'timeout' }, ask: null });
});

test.each<[count: number, resolution: string | undefined, isRepeated: boolean]>([
  [0, undefined, true],
  [1, undefined, false],
  [2, 'processed', false],
])('after one earlier answer to the question, %i stored answers decide only what is certain', (times, resolution, isRepeated) => {
  const again = contextOf({ settings, event: said('Bia') });
  const around = hear(take(hear(take(waiting(), context).state, asks(next)).state, context).state, asks(textInput)).state;
  const answers = [...Array<string>(times).fill('in-1'), 'in-2'];
  const { final, ask } = hear(inDoubt(around, again), stored(answers), again);
  expect(ask !== null).toBe(isRepeated);
  if (!isRepeated) expect(final).toEqual({ type: 'uncertain', reason: 'timeout', ...(resolution && { resolution }) });
});

test('an uncertain answer counts among those that may be stored', () => {
  const left = hear(inDoubt(), { type: 'notInspected', cause: 'http_401', mayPass: false }).state;
  expect(sessionOf(left).bot).toMatchObject({ answers: { 'in-1': 1 }, uncertainTurns: 1 });
  expect(hear(inDoubt(left), stored(['in-1'])).final).toEqual({ type: 'uncertain', reason: 'timeout' });
});

test('a call is repeated at most twice, and then recorded as not heard', () => {
  let state = inDoubt();
  for (let times = 0; times < 2; times += 1) {
    const again = hear(state, stored([]));
    expect(again.ask).toMatchObject({ message: 'Ana' });
    state = hear(hear(again.state, doubt).state, { type: 'due' }).state;
  }
  expect(hear(state, stored([])).final).toEqual({ type: 'uncertain', reason: 'timeout', resolution: 'not_processed' });
});

test.each<StepInput>([
  { type: 'notInspected', cause: 'http_503', mayPass: true },
  { type: 'uncertain', cause: 'worker_lost' },
])('an inquiry that ends with %o is made three times', (failure) => {
  let state = inDoubt();
  for (const waitMs of [1_000, 2_000]) {
    const later = hear(state, failure);
    expect(later).toMatchObject({ state: { status: 'due' }, waitMs, final: null });
    state = hear(later.state, { type: 'due' }, contextOf({ ...context, settings, event: said('Ana'), now: context.now + waitMs })).state;
  }
  expect(hear(state, failure).final).toEqual({ type: 'uncertain', reason: 'timeout' });
});

test('at-least-once repeats a call that stays uncertain, but not one that was heard', () => {
  const eager = contextOf({ settings: { ...settings, delivery: 'at-least-once' }, event: said('Ana') });
  const unknown = hear(inDoubt(waiting(eager), eager), { type: 'notInspected', cause: 'http_401', mayPass: false }, eager);
  expect(unknown).toMatchObject({ state: { status: 'due', turn: { inquiry: null } }, final: null, quarantine: false });
  expect(hear(inDoubt(waiting(eager), eager), stored(['in-1']), eager).final).toMatchObject({ resolution: 'processed' });
});

test('nothing is sent if a human takes the chat in the meantime, and the event ends as uncertain', () => {
  const due = play(waiting(), context, doubt).last.state;
  const { final, say, ask } = hear(due, { type: 'due' }, { ...context, isHeld: true });
  expect({ final, say, ask }).toEqual({ final: { type: 'uncertain', reason: 'timeout' }, say: [], ask: null });
});

const elsewhere = 'https://other.example.com';
test.each<[what: string, state: Conversation, over: typeof context]>([
  ['without a token', waiting(), contextOf({ event: said('Ana') })],
  ['in a session that started without one', waiting(contextOf()), context],
  [
    'to a bot at another address',
    waiting(),
    { ...context, integration: context.integration && { ...context.integration, typebotURL: elsewhere } },
  ],
])('a message %s is not looked up', (_what, state, over) => {
  expect(play(state, over, doubt).last).toMatchObject({ ask: null, final: { type: 'uncertain', reason: 'timeout' }, quarantine: true });
});

test('a token that was removed in the meantime leaves the call uncertain', () => {
  const due = play(waiting(), context, doubt).last.state;
  expect(hear(due, { type: 'due' }, contextOf({ event: said('Ana') }))).toMatchObject({ ask: null, final: { type: 'uncertain' } });
});
