import { expect, test } from 'vitest';
import { bubble, contextOf, decided, play, reply, said, sessionOf, started, take, textInput, textsOf } from '../../test/scenario.ts';
import { type BotResult, type Conversation, type StepInput, type SettingsInput, step } from '../index.ts';

/** Whether a call in doubt was heard, by what Typebot has kept. */
const settings: SettingsInput = { typebotApiToken: 'sealed', uncertainMessage: 'did it hear?' };
const context = contextOf({ settings, event: said('Ana') });
const doubt: StepInput = { type: 'uncertain', cause: 'timeout' };
const next = { id: 'in-2', type: 'text input' };

const asks = (input: typeof textInput): StepInput => ({ type: 'replied', reply: reply({ bubbles: [bubble('?')], input }) });
const kept = (blocks: string[], change: Partial<BotResult> = {}): StepInput => ({
  type: 'inspected',
  result: { answers: blocks.map((blockId) => ({ blockId })), isCompleted: false, lastChatSessionId: 'tb-1', hasBlock: true, ...change },
});

/** A chat that stands at `in-1`, with a token from its beginning. */
function waiting(over = context): Conversation {
  return play({ status: 'idle' }, over, { type: 'replied', reply: reply({ bubbles: [bubble('Name?')], input: textInput, started }) }).last
    .state;
}

/** The contact answers, the call ends in doubt, and the quarantine passes. */
function inDoubt(state = waiting(), over = context): Conversation {
  return decided(step(play(state, over, doubt).last.state, { type: 'due' }, over)).state;
}

const hear = (state: Conversation, happening: StepInput, over = context) => decided(step(state, happening, over));

test('a call in doubt is looked up after the quarantine, and the event waits for it', () => {
  const { last, asked } = play(waiting(), context, doubt);
  expect(last).toMatchObject({ state: { status: 'due' }, ask: null, waitMs: 0, quarantine: true, final: null, say: [] });
  expect(asked).toHaveLength(1);
  const typebotURL = 'https://typebot.example.com';
  expect(hear(last.state, { type: 'due' })).toMatchObject({
    state: { status: 'calling' },
    ask: { type: 'inspect', typebotURL, typebotId: 't-1', resultId: 'r-1', blockId: 'in-1' },
  });
});

test.each<[what: string, happening: StepInput]>([
  ['an answer more than ever were given', kept(['in-1'])],
  ['the end of the flow', kept([], { isCompleted: true })],
])('%s says that it was heard: it is not said again', (_what, happening) => {
  const { final, say, ask, quarantine } = hear(inDoubt(), happening);
  expect(final).toEqual({ type: 'uncertain', reason: 'timeout', resolution: 'processed' });
  expect({ said: textsOf(say), ask, quarantine }).toEqual({ said: ['did it hear?'], ask: null, quarantine: false });
});

test('no answer to a question of the bot itself says that it was not heard: it is said again', () => {
  const { state, ask, final } = hear(inDoubt(), kept([]));
  expect(ask).toEqual({ type: 'continue', typebotURL: 'https://typebot.example.com', typebotSessionId: 'tb-1', message: 'Ana' });
  expect(final).toBeNull();
  const { final: end, state: after } = hear(state, asks(next));
  expect(end).toEqual({ type: 'answered' });
  expect(sessionOf(after).bot).toMatchObject({ pending: { input: next }, answers: { 'in-1': 1 }, uncertainTurns: 0 });
});

test.each<[what: string, happening: StepInput]>([
  ['of a question of another bot', kept([], { hasBlock: false })],
  ['in the result of another session', kept([], { lastChatSessionId: 'tb-2' })],
  ['of a Typebot that does not name the session, with nothing else kept', kept([], { lastChatSessionId: null })],
])('no answer %s says nothing', (_what, happening) => {
  const { final, ask } = hear(inDoubt(), happening);
  expect({ final, ask }).toEqual({ final: { type: 'uncertain', reason: 'timeout' }, ask: null });
});

test.each<[kept: number, resolution: string | undefined, isSaidAgain: boolean]>([
  [0, undefined, true],
  [1, undefined, false],
  [2, 'processed', false],
])('of a question that was answered once before, %i kept answers tell what they can', (times, resolution, isSaidAgain) => {
  const again = contextOf({ settings, event: said('Bia') });
  const around = hear(take(hear(take(waiting(), context).state, asks(next)).state, context).state, asks(textInput)).state;
  const answers = [...Array<string>(times).fill('in-1'), 'in-2'];
  const { final, ask } = hear(inDoubt(around, again), kept(answers), again);
  expect(ask !== null).toBe(isSaidAgain);
  if (!isSaidAgain) expect(final).toEqual({ type: 'uncertain', reason: 'timeout', ...(resolution && { resolution }) });
});

test('an answer in doubt counts among those that may be kept', () => {
  const left = hear(inDoubt(), { type: 'notInspected', cause: 'http_401', mayPass: false }).state;
  expect(sessionOf(left).bot).toMatchObject({ answers: { 'in-1': 1 }, uncertainTurns: 1 });
  expect(hear(inDoubt(left), kept(['in-1'])).final).toEqual({ type: 'uncertain', reason: 'timeout' });
});

test('it is said again twice at most, and then recorded as not heard', () => {
  let state = inDoubt();
  for (let times = 0; times < 2; times += 1) {
    const again = hear(state, kept([]));
    expect(again.ask).toMatchObject({ message: 'Ana' });
    state = hear(hear(again.state, doubt).state, { type: 'due' }).state;
  }
  expect(hear(state, kept([])).final).toEqual({ type: 'uncertain', reason: 'timeout', resolution: 'not_processed' });
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

test('at-least-once says what stays in doubt again, and what was heard not', () => {
  const eager = contextOf({ settings: { ...settings, delivery: 'at-least-once' }, event: said('Ana') });
  const unknown = hear(inDoubt(waiting(eager), eager), { type: 'notInspected', cause: 'http_401', mayPass: false }, eager);
  expect(unknown).toMatchObject({ state: { status: 'due', turn: { inquiry: null } }, final: null, quarantine: false });
  expect(hear(inDoubt(waiting(eager), eager), kept(['in-1']), eager).final).toMatchObject({ resolution: 'processed' });
});

test('a human who takes the chat meanwhile is not spoken past, and the event is in doubt', () => {
  const due = play(waiting(), context, doubt).last.state;
  const { final, say, ask } = hear(due, { type: 'due' }, { ...context, isHeld: true });
  expect({ final, say, ask }).toEqual({ final: { type: 'uncertain', reason: 'timeout' }, say: [], ask: null });
});

const elsewhere = 'https://other.example.com';
test.each<[what: string, state: Conversation, over: typeof context]>([
  ['without a token', waiting(), contextOf({ event: said('Ana') })],
  ['in a session that began without one', waiting(contextOf()), context],
  [
    'to a bot at another address',
    waiting(),
    { ...context, integration: context.integration && { ...context.integration, typebotURL: elsewhere } },
  ],
])('a message %s is not looked up', (_what, state, over) => {
  expect(play(state, over, doubt).last).toMatchObject({ ask: null, final: { type: 'uncertain', reason: 'timeout' }, quarantine: true });
});

test('a token that was taken away meanwhile leaves the call in doubt', () => {
  const due = play(waiting(), context, doubt).last.state;
  expect(hear(due, { type: 'due' }, contextOf({ event: said('Ana') }))).toMatchObject({ ask: null, final: { type: 'uncertain' } });
});
