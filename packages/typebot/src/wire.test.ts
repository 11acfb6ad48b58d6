import { expect, test } from 'vitest';
import { recordedExchanges } from '../test/recordings.ts';
import { replyOf } from './wire.ts';

/** One body was shortened when it was recorded (2 MiB). */
const answered = recordedExchanges().filter(
  ({ request, response }) =>
    response.status === 200 && /\/(?:startChat|continueChat)\/?(?:\?|$)/.test(request.url) && !('truncated' in Object(response.body)),
);

test('there are recorded replies to read', () => {
  expect(answered.length).toBeGreaterThan(100);
});

test.each(answered)('the recorded reply $name is read without losing a bubble, an action or the question', ({ request, response }) => {
  const wire = Object(response.body);
  const kind = request.url.includes('/startChat') ? 'start' : 'continue';
  expect(replyOf(wire, kind)).toEqual({
    bubbles: wire.messages,
    input: wire.input ?? null,
    actions: wire.clientSideActions ?? [],
    started:
      kind === 'continue'
        ? null
        : {
            typebotSessionId: wire.sessionId,
            resultId: wire.resultId ?? null,
            typebotId: wire.typebot.id,
            typing: wire.typebot.settings.typingEmulation ?? null,
          },
    logs: (wire.logs ?? []).map((log: { status?: string; description: string }) => ({
      status: log.status ?? null,
      description: log.description,
    })),
  });
});

const empty = { bubbles: [], input: null, actions: [], started: null, logs: [] };

test('bubbles, inputs and actions of unknown kinds are kept whole', () => {
  const bubble = { id: 'b', type: 'hologram', content: { beam: 3 }, extra: true };
  const input = { id: 'i', type: 'retina input', lens: 'left' };
  const action = { type: 'teleport', teleport: { to: 'x' }, expectsDedicatedReply: true };
  expect(replyOf({ messages: [bubble], input, clientSideActions: [action], future: 1 }, 'continue')).toEqual({
    ...empty,
    bubbles: [bubble],
    input,
    actions: [action],
  });
});

test('a bubble without content, or with content without a type, is kept', () => {
  const messages = [
    { id: 'a', type: 'text' },
    { id: 'b', type: 'text', content: { richText: [] } },
    { id: 'c', type: 'image', content: null },
  ];
  expect(replyOf({ messages }, 'continue')?.bubbles).toEqual([{ id: 'a', type: 'text', content: null }, ...messages.slice(1)]);
});

test('an entry that is not a bubble, action or log is dropped alone', () => {
  const wire = {
    messages: [null, 'text', { id: 'a', type: 'text', content: {} }, { type: 'text' }],
    clientSideActions: [{ type: 7 }, { type: 'wait', wait: { secondsToWaitFor: 1 } }],
    logs: ['oops', { description: 'bad request', status: 'error', details: 'hidden' }, { status: 'error' }],
  };
  expect(replyOf(wire, 'continue')).toEqual({
    ...empty,
    bubbles: [{ id: 'a', type: 'text', content: {} }],
    actions: [{ type: 'wait', wait: { secondsToWaitFor: 1 } }],
    logs: [{ status: 'error', description: 'bad request' }],
  });
});

test('invalid optional parts count as absent and do not affect the question', () => {
  const input = { id: 'i', type: 'choice input', options: 'none', items: [{ id: 'a', content: 'A' }, 'b', {}], prefilledValue: 7 };
  const reply = replyOf({ messages: [], input, clientSideActions: 'none', logs: 3 }, 'continue');
  expect(reply).toEqual({
    ...empty,
    input: { id: 'i', type: 'choice input', options: null, items: [{ id: 'a', content: 'A' }], prefilledValue: null },
  });
});

test('a start without settings, typing or result is still a start', () => {
  const started = { typebotSessionId: 's', resultId: null, typebotId: null, typing: null };
  for (const typebot of [undefined, null, {}, { settings: null }, { settings: { typingEmulation: 'fast' } }]) {
    expect(replyOf({ messages: [], sessionId: 's', typebot }, 'start')).toEqual({ ...empty, started });
  }
});

test('the typing of the bot is read at the start', () => {
  const typingEmulation = { enabled: true, speed: 300, maxDelay: 1.5, isDisabledOnFirstMessage: false };
  const reply = replyOf({ messages: [], sessionId: 's', resultId: 'r', typebot: { id: 't', settings: { typingEmulation } } }, 'start');
  expect(reply?.started).toEqual({ typebotSessionId: 's', resultId: 'r', typebotId: 't', typing: typingEmulation });
});

test.each([
  ['nothing', undefined],
  ['null', null],
  ['a list', []],
  ['a text', 'ok'],
  ['an empty object', {}],
  ['another service', { status: 'ok' }],
  ['messages that are no list', { messages: {} }],
  ['a question without a type', { messages: [], input: { id: 'i' } }],
])('%s is not a reply', (_case, value) => {
  expect(replyOf(value, 'continue')).toBeNull();
});

test.each([{ messages: [] }, { messages: [], sessionId: '' }, { messages: [], sessionId: 7 }])(
  'a start without a session id is no reply: %j',
  (value) => {
    expect(replyOf(value, 'start')).toBeNull();
  },
);

test('a name like __proto__ in a reply changes no other object', () => {
  const bubble: unknown = JSON.parse('{"id":"b","type":"text","content":{"__proto__":{"polluted":1}},"__proto__":{"polluted":1}}');
  const reply = replyOf({ messages: [bubble], input: JSON.parse('{"id":"i","type":"t","__proto__":{"polluted":1}}') }, 'continue');
  expect(reply?.bubbles).toHaveLength(1);
  expect('polluted' in {}).toBe(false);
  expect(reply?.bubbles[0]).not.toHaveProperty('polluted');
  expect(reply?.input).not.toHaveProperty('polluted');
});
