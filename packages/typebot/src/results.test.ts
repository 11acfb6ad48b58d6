import type { BotInquiry } from '@typelane/core';
import { afterEach, expect, test } from 'vitest';
import { anyEgress, closeAll, type RawServer, rawServer } from '../test/servers.ts';
import { createTypebotClient } from './client.ts';

afterEach(closeAll);

const token = 'tb-token-0123';
const result = { id: 'r 1', answers: [{ blockId: 'in-1', content: 'Ana' }], isCompleted: false, lastChatSessionId: 's1' };
const bot = { typebot: { groups: [{ blocks: [{ id: 'in-1' }] }, { blocks: [{ id: 'in-2' }] }] } };

/** Answers each request with the next of `bodies`: a status line and JSON, or what is written as it is. */
function answering(...bodies: (object | string)[]): Promise<RawServer> {
  return rawServer((socket, count) => {
    const body = bodies[count - 1] ?? '';
    if (body === 'hang up') return void socket.destroy();
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const status = /^\d{3}/.exec(text)?.[0] ?? '200';
    socket.write(`HTTP/1.1 ${status} X\r\nlocation: /stolen\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  });
}

function inspect(typebotURL: string, change: Partial<BotInquiry> = {}, egress = anyEgress()) {
  const inquiry: BotInquiry = { type: 'inspect', typebotURL, typebotId: 't1', resultId: 'r 1', blockId: 'in-1', ...change };
  return createTypebotClient({ egress, timeoutMs: 500 }).inspect(inquiry, { token });
}

test('a result is read with the token, and the bot only where the answer is not there', async () => {
  const server = await answering({ result });
  expect(await inspect(`${server.url}/builder/`)).toMatchObject({
    type: 'inspected',
    result: { answers: [{ blockId: 'in-1' }], lastChatSessionId: 's1' },
  });
  const [head = ''] = server.requests;
  expect(head.split('\r\n')[0]).toBe('GET /builder/api/v1/typebots/t1/results/r%201 HTTP/1.1');
  expect(head).toMatch(/^authorization: Bearer tb-token-0123\r$/im);
  expect(server.requests).toHaveLength(1);
});

test.each([
  ['in-2', true],
  ['in-3', false],
])('of the question %s, which has no answer, the bot tells whether it is its own: %s', async (blockId, hasBlock) => {
  const server = await answering({ result }, bot);
  expect(await inspect(server.url, { blockId })).toMatchObject({ type: 'inspected', result: { hasBlock } });
  expect(server.requests.map((request) => request.split(' ')[1])).toEqual(['/api/v1/typebots/t1/results/r%201', '/api/v1/typebots/t1']);
});

test.each<[what: string, bodies: (object | string)[], cause: string, mayPass: boolean]>([
  ['a refusal', [`401 ${token}`], 'http_401', false],
  ['a result that is gone', ['404'], 'http_404', false],
  ['a redirect', ['307'], 'http_307', false],
  ['a server out of service', ['503'], 'http_503', true],
  ['a connection that ends', ['hang up'], 'failed: ECONNRESET', true],
  ['a page', ['<html>'], 'not_json', false],
  ['JSON of another kind', [{ status: 'ok' }], 'wrong_schema', false],
  ['answers of another kind', [{ result: { ...result, answers: [{ content: 'Ana' }] } }], 'wrong_schema', false],
  ['a result without answers', [{ result: { ...result, answers: undefined } }], 'wrong_schema', false],
  ['a bot that may not be read', [{ result: { ...result, answers: [] } }, '403'], 'http_403', false],
])('%s tells nothing, and its words are in no cause', async (_what, bodies, cause, mayPass) => {
  const server = await answering(...bodies);
  expect(await inspect(server.url)).toEqual({ type: 'notInspected', cause, mayPass });
  expect(server.requests).toHaveLength(bodies.length);
});

test.each([
  [{ typebotId: '..' }, 'bad_address'],
  [{ resultId: '' }, 'bad_address'],
  [{ typebotURL: 'builder' }, 'bad_address'],
])('with %o nothing is asked', async (change, cause) => {
  const server = await answering();
  expect(await inspect(server.url, change)).toEqual({ type: 'notInspected', cause, mayPass: false });
  expect(server.connections).toBe(0);
});

test('an address that the egress refuses gets no token', async () => {
  const server = await answering();
  const egress = { ...anyEgress(), check: () => ({ allowed: false as const, reason: 'not_public_address' as const }) };
  expect(await inspect(server.url, {}, egress)).toEqual({
    type: 'notInspected',
    cause: 'egress_refused: not_public_address',
    mayPass: false,
  });
  expect(server.connections).toBe(0);
});
