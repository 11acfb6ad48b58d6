import { expect, test } from 'vitest';
import { bubble, contextOf, now, play, reply, said, sessionOf, started, take, textInput, textsOf, waitingAt } from '../../test/scenario.ts';
import type { BotReply, Conversation, SettingsInput } from '../index.ts';
import { render, type Rendering } from '../render.ts';
import { afterRendering } from './reply.ts';

/** The bot replies with commands in its texts. `isOpening`: in the reply to its start. */
function ordered(orders: Rendering['orders'], answer: Partial<BotReply>, isOpening = false, settings: SettingsInput = {}) {
  const context = contextOf({ settings });
  const { state } = take(isOpening ? { status: 'idle' } : waitingAt(), context);
  if (state.status !== 'calling') throw new Error('The bot was not asked');
  const heard = reply({ bubbles: [bubble('I call somebody')], ...answer, ...(isOpening ? { started } : {}) });
  const bot = sessionOf(waitingAt()).bot;
  if (bot === null) throw new Error('The chat has no bot');
  const rendering = {
    ...render(heard, {
      settings: context.integration?.settings ?? sessionless(),
      typing: null,
      isFirst: false,
      preceding: [],
      hasSpoken: false,
    }),
    orders,
  };
  const turn = { ...state.turn, said: rendering.messages };
  return afterRendering({ turn, bot, reply: heard, rendering, isOpening, context });
}

function sessionless(): never {
  throw new Error('The context has no integration');
}

const wait = { type: 'wait', wait: { secondsToWaitFor: 3 }, expectsDedicatedReply: true };

test.each<[string, Partial<BotReply>, object | null]>([
  ['at its question', { input: textInput }, { type: 'input' }],
  ['at a client-side action', { actions: [wait] }, { type: 'nothing' }],
  ['at a webhook', { actions: [{ type: 'listenForWebhook', expectsDedicatedReply: true }] }, { type: 'webhook' }],
  ['nowhere, if it has finished', {}, null],
])('a flow that pauses the chat waits %s', (_, answer, pending) => {
  for (const isOpening of [false, true]) {
    const next = ordered(['pause'], answer, isOpening);
    expect(next).toMatchObject({ ask: null, waitMs: null, final: { type: 'answered' }, sessions: [{ status: 'paused', reason: 'flow' }] });
    expect(textsOf(next.say)).toEqual(['I call somebody']);
    expect(next.state).toMatchObject({ status: 'paused', since: now });
    if (pending === null) expect(sessionOf(next.state).bot).toBeNull();
    else expect(sessionOf(next.state).bot?.pending).toMatchObject(pending);
  }
});

test('a flow that closes the session has finished, whatever it would have asked', () => {
  const next = ordered(['close'], { input: textInput }, false, { afterEnd: 'silent' });
  expect(next).toMatchObject({ state: { status: 'ended', at: now }, sessions: [{ status: 'closed', reason: 'completed' }], ask: null });
  expect(textsOf(next.say)).toEqual(['I call somebody']);
});

test('the last of several commands counts', () => {
  expect(ordered(['pause', 'close'], {}).state.status).toBe('idle');
  expect(ordered(['close', 'pause'], {}).state.status).toBe('paused');
});

test('a flow that finished while it paused the chat is not continued: the next message starts a new one', () => {
  const held = ordered(['pause'], {}).state;
  const { sessionId } = sessionOf(held);
  const open = { type: 'open', sessionId, snapshot: { typebotIntegrationId: null, bot: null } } as const;
  const back = take(held, contextOf({ command: open }));
  expect(back).toMatchObject({ state: { status: 'waiting' }, ask: null });
  expect(take(back.state, contextOf()).ask?.type).toBe('start');
});

test('in a chat that is resumed without a bot, only a trigger starts one', () => {
  const unstarted: Conversation = { status: 'waiting', session: { ...sessionOf(waitingAt()), bot: null } };
  const settings: SettingsInput = { trigger: { type: 'keyword', value: 'menu' } };
  expect(take(unstarted, contextOf({ settings, event: said('thank you') }))).toMatchObject({ final: { reason: 'no_trigger' } });
  const { last } = play(unstarted, contextOf({ settings, event: said('menu') }), {
    type: 'replied',
    reply: reply({ bubbles: [bubble('Hi')], input: textInput, started }),
  });
  expect(last.state).toMatchObject({ status: 'waiting', session: { sessionId: sessionOf(unstarted).sessionId } });
});
