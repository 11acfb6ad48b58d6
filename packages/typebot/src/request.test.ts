import type { BotCall, BotMessage } from '@typelane/core';
import { expect, test } from 'vitest';
import { recordedExchanges } from '../test/recordings.ts';
import { requestOf } from './request.ts';

function start(over: Partial<Extract<BotCall, { type: 'start' }>>): BotCall {
  return { type: 'start', typebotURL: 'https://typebot.io', publicId: 'my-bot', variables: {}, ...over };
}

function proceed(over: Partial<Extract<BotCall, { type: 'continue' }>>): BotCall {
  return { type: 'continue', typebotURL: 'https://typebot.io', typebotSessionId: 's1', message: 'Ana', ...over };
}

function hrefOf(call: BotCall): string | undefined {
  return requestOf(call)?.url.href;
}

function bodyOf(call: BotCall): unknown {
  return JSON.parse(requestOf(call)?.body ?? 'null');
}

test('a start carries the variables and nothing else, especially no message', () => {
  expect(bodyOf(start({ variables: { pushName: 'Ana' } }))).toEqual({ prefilledVariables: { pushName: 'Ana' } });
  expect(bodyOf(start({}))).toEqual({ prefilledVariables: {} });
});

const messages: BotMessage[] = [
  'Ana',
  '',
  { type: 'text', text: 'Sales', metadata: { replyId: 'i0' } },
  { type: 'text', text: '', attachedFileUrls: ['https://files.example.com/a.pdf'] },
  { type: 'audio', url: 'https://files.example.com/a.ogg' },
  { type: 'command', command: 'menu' },
];
test.each(messages)('the answer %j is sent unchanged', (message) => {
  expect(bodyOf(proceed({ message }))).toEqual({ message });
});

test('no answer is an empty body', () => {
  expect(bodyOf(proceed({ message: null }))).toEqual({});
});

test.each([
  ['https://typebot.io', 'https://typebot.io/api/v1/typebots/my-bot/startChat'],
  ['https://typebot.io/', 'https://typebot.io/api/v1/typebots/my-bot/startChat'],
  ['https://example.com/viewer', 'https://example.com/viewer/api/v1/typebots/my-bot/startChat'],
  ['https://example.com/a/b///', 'https://example.com/a/b/api/v1/typebots/my-bot/startChat'],
  ['http://[::1]:3001/?x=1#y', 'http://[::1]:3001/api/v1/typebots/my-bot/startChat'],
])('%s is called at %s', (typebotURL, href) => {
  expect(hrefOf(start({ typebotURL }))).toBe(href);
});

test.each([
  ['a/b', 'a%2Fb'],
  ['../admin', '..%2Fadmin'],
  ['a?b#c', 'a%3Fb%23c'],
  ['olá bot', 'ol%C3%A1%20bot'],
  ['%2e%2e', '%252e%252e'],
  ['..\\x', '..%5Cx'],
])('the id %j stays one segment of the path', (id, segment) => {
  expect(hrefOf(start({ publicId: id }))).toBe(`https://typebot.io/api/v1/typebots/${segment}/startChat`);
  expect(hrefOf(proceed({ typebotSessionId: id }))).toBe(`https://typebot.io/api/v1/sessions/${segment}/continueChat`);
});

test.each(['', '.', '..', '\uD83D'])('the id %j gives no address', (id) => {
  expect(requestOf(start({ publicId: id }))).toBeNull();
  expect(requestOf(proceed({ typebotSessionId: id }))).toBeNull();
});

test.each(['', 'typebot.io', 'https://', 'http://a b/'])('%j is not a viewer’s address', (typebotURL) => {
  expect(requestOf(start({ typebotURL }))).toBeNull();
});

/** The call that makes a recorded request. Null: a form that we do not use. */
function callOf(request: { method: string; url: string; body?: unknown }): BotCall | null {
  const [, typebotURL = '', id = '', endpoint] =
    /^(https:\/\/.+)\/api\/v1\/(?:typebots|sessions)\/([^/]+)\/(startChat|continueChat)$/.exec(request.url) ?? [];
  const { prefilledVariables, message, ...others } = Object(request.body);
  if (endpoint === undefined || request.method !== 'POST' || Object.keys(others).length > 0) return null;
  if (endpoint === 'continueChat') return proceed({ typebotURL, typebotSessionId: decodeURIComponent(id), message: message ?? null });
  if (message !== undefined || prefilledVariables === undefined) return null;
  return start({ typebotURL, publicId: decodeURIComponent(id), variables: prefilledVariables });
}

const calls = recordedExchanges().flatMap(({ name, request }) => {
  const call = callOf(request);
  return call === null ? [] : [{ name, request, call }];
});

test('there are recorded requests to compare with', () => {
  expect(calls.length).toBeGreaterThan(100);
});

test.each(calls)('the recorded request $name is made again', ({ request, call }) => {
  expect(hrefOf(call)).toBe(request.url);
  const body = Object(request.body);
  expect(bodyOf(call)).toEqual('message' in body && body.message === null ? {} : body);
});
