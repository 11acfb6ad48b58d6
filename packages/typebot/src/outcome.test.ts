import { expect, test } from 'vitest';
import { recordedExchanges } from '../test/recordings.ts';
import type { Evidence } from '@typelane/runtime';
import { outcomeOf } from './outcome.ts';

const nowMs = Date.parse('2026-11-22T12:00:00Z');

function unanswered(code: string, message = ''): Evidence {
  return { handedOver: false, status: null, retryAfter: null, text: null, failure: { code, message } };
}

function broken(code: string, status: number | null = null): Evidence {
  return { handedOver: true, status, retryAfter: null, text: null, failure: { code, message: '' } };
}

function answer(status: number, body: unknown = '', retryAfter: string | null = null): Evidence {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { handedOver: true, status, retryAfter, text, failure: null };
}

test.each([
  ['LATE', 'late'],
  ['ABORTED', 'aborted'],
  ['TIMEOUT', 'connect_timeout'],
  ['ETIMEDOUT', 'connect_timeout'],
  ['ECONNREFUSED', 'connection_refused'],
  ['ECONNRESET', 'connection_reset'],
  ['ENOTFOUND', 'dns'],
  ['EAI_AGAIN', 'dns'],
  ['EHOSTUNREACH', 'unreachable'],
  ['ENETUNREACH', 'unreachable'],
  ['EPROTO', 'tls'],
  ['CERT_HAS_EXPIRED', 'tls'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'tls'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls'],
  ['EMFILE', 'connection_failed'],
])('%s before the request was handed over is notSent, cause %s', (code, cause) => {
  expect(outcomeOf('continue', unanswered(code), nowMs)).toEqual({ type: 'notSent', cause, retryAfterMs: null });
});

test('a refusal of the egress is refused, with its reason', () => {
  expect(outcomeOf('start', unanswered('EGRESS_REFUSED', 'not_public_address'), nowMs)).toEqual({
    type: 'refused',
    cause: 'egress_refused: not_public_address',
    status: null,
  });
});

test.each([
  ['TIMEOUT', null, 'timeout'],
  ['ABORTED', null, 'aborted'],
  ['ECONNRESET', null, 'connection_reset'],
  ['EPIPE', null, 'connection_reset'],
  ['HPE_INVALID_CONSTANT', null, 'not_http'],
  ['UPGRADE', null, 'not_http'],
  ['TIMEOUT', 200, 'timeout'],
  ['TOO_LARGE', 200, 'too_large'],
  ['ECONNRESET', 200, 'truncated'],
  ['ERR_HTTP_CONTENT_LENGTH_MISMATCH', 200, 'truncated'],
  ['BAD_ENCODING', 200, 'bad_encoding'],
  ['ECONNRESET', 404, 'truncated'],
])('%s after the request was handed over (status %s) is uncertain, cause %s', (code, status, cause) => {
  expect(outcomeOf('continue', broken(code, status), nowMs)).toEqual({ type: 'uncertain', cause });
});

test.each([408, 501, 502, 504, 520, 524, 599, 201, 204])('status %i is uncertain, whatever the body says', (status) => {
  const uncertain = { type: 'uncertain', cause: `http_${status}` };
  expect(outcomeOf('start', answer(status), nowMs)).toEqual(uncertain);
  expect(outcomeOf('continue', answer(status, { message: 'Session not found.', messages: [] }), nowMs)).toEqual(uncertain);
});

const own = { defined: false, code: 'INTERNAL_SERVER_ERROR', status: 500, message: 'Internal server error' };
test('an error 500 that Typebot wrote itself is a failure, in both dialects of errors', () => {
  for (const body of [own, { message: 'Internal server error', code: 'INTERNAL_SERVER_ERROR' }])
    expect(outcomeOf('continue', answer(500, body), nowMs)).toEqual({ type: 'failed', cause: 'bot_failed: http_500' });
});

test.each([
  ['a page', '<html>'],
  ['nothing', ''],
  ['JSON of somebody else', '{"error":"upstream"}'],
  ['an error of another status', { ...own, status: 502 }],
])('status 500 with %s is uncertain', (_what, body) => {
  expect(outcomeOf('continue', answer(500, body), nowMs)).toEqual({ type: 'uncertain', cause: 'http_500' });
});

test('an error of Typebot whose body got lost is uncertain', () => {
  expect(outcomeOf('continue', broken('ECONNRESET', 500), nowMs)).toEqual({ type: 'uncertain', cause: 'http_500' });
});

test.each([502, 503, 504])('status %i is no failure of Typebot itself, whatever its body says', (status) => {
  expect(outcomeOf('continue', answer(status, { ...own, status }), nowMs).type).not.toBe('failed');
});

test.each([301, 302, 303, 307, 308])('status %i is refused, not followed', (status) => {
  expect(outcomeOf('continue', answer(status), nowMs)).toEqual({ type: 'refused', cause: 'redirect', status });
});

test.each([
  [null, null],
  ['0', 0],
  ['7', 7_000],
  [' 120 ', 120_000],
  ['99999999999', 3_600_000],
  ['Sun, 22 Nov 2026 12:00:30 GMT', 30_000],
  ['Sun, 22 Nov 2026 11:00:00 GMT', 0],
  ['Mon, 23 Nov 2026 12:00:00 GMT', 3_600_000],
  ['soon', null],
  ['-5', null],
  ['1.5', null],
  ['2026-11-22', null],
  ['Sun, 99 Nov 2026 12:00:30 GMT', null],
])('429 is notSent and 503 unavailable; Retry-After %j means %j ms', (header, retryAfterMs) => {
  for (const status of [429, 503]) {
    const outcome = { type: status === 429 ? 'notSent' : 'unavailable', cause: `http_${status}`, retryAfterMs };
    expect(outcomeOf('continue', answer(status, '<html>', header), nowMs)).toEqual(outcome);
    expect(outcomeOf('continue', { ...broken('ECONNRESET', status), retryAfter: header }, nowMs)).toEqual(outcome);
  }
});

test.each([
  ['Session not found.', 'session_not_found'],
  ['Session expired. You need to start a new session.', 'session_expired'],
])('a 404 that says %j is a lost session, in both dialects of errors', (message, cause) => {
  for (const body of [
    { defined: true, code: 'NOT_FOUND', status: 404, message },
    { message, code: 'NOT_FOUND' },
  ]) {
    expect(outcomeOf('continue', answer(404, body), nowMs)).toEqual({ type: 'sessionLost', cause });
    expect(outcomeOf('start', answer(404, body), nowMs)).toEqual({ type: 'refused', cause: `bot_refused: ${cause}`, status: 404 });
    expect(outcomeOf('continue', answer(400, body), nowMs)).toMatchObject({ type: 'refused' });
  }
});

test.each([
  [404, { message: 'Credentials not found' }, 'bot_refused: credentials_not_found'],
  [404, { message: 'Session not found' }, 'http_404'],
  [404, 'Not found', 'http_404'],
  [404, '{"message":404}', 'http_404'],
  [400, { defined: true, code: 'BAD_REQUEST', status: 400, message: 'Estamos fechados.' }, 'bot_refused: http_400'],
  [403, { message: 'This bot is now closed', code: 'FORBIDDEN' }, 'bot_refused: bot_closed'],
  [403, { message: 'root:x:0:0', code: 'SECRET' }, 'http_403'],
  [403, { message: 'root:x:0:0', code: 'FORBIDDEN', status: 404 }, 'http_403'],
  [401, '', 'http_401'],
  [403, '<html>Forbidden</html>', 'http_403'],
  [413, '', 'http_413'],
  [418, '["message"]', 'http_418'],
])('status %i with %j is refused, cause %s', (status, body, cause) => {
  expect(outcomeOf('continue', answer(status, body), nowMs)).toEqual({ type: 'refused', cause, status });
});

test('no word of an error body stands in a cause', () => {
  for (const status of [400, 401, 403, 404, 418, 500, 503])
    for (const code of ['BAD_REQUEST', 'INTERNAL_SERVER_ERROR', 'the director', undefined])
      for (const kind of ['start', 'continue'] as const)
        expect(JSON.stringify(outcomeOf(kind, answer(status, { message: 'the director', code, status }), nowMs))).not.toContain('director');
});

test('a refusal whose body got lost is still a refusal', () => {
  expect(outcomeOf('continue', broken('ECONNRESET', 403), nowMs)).toEqual({ type: 'refused', cause: 'http_403', status: 403 });
});

test.each([
  ['', 'not_json'],
  ['<!DOCTYPE html><html></html>', 'not_json'],
  ['{"messages":[', 'not_json'],
  ['['.repeat(100_000), 'not_json'],
  ['{"status":"ok"}', 'wrong_schema'],
  ['null', 'wrong_schema'],
])('a 200 that is no reply is uncertain: %.40s', (text, cause) => {
  expect(outcomeOf('continue', answer(200, text), nowMs)).toEqual({ type: 'uncertain', cause });
});

test.each(
  recordedExchanges().filter(
    ({ request, response }) => response.status >= 300 && request.method === 'POST' && /\/(?:startChat|continueChat)$/.test(request.url),
  ),
)('the recorded error $name ends as its status and message say', ({ request, response }) => {
  const kind = request.url.endsWith('startChat') ? 'start' : 'continue';
  const isLost = kind === 'continue' && Object(response.body).message === 'Session not found.';
  const expected = response.status >= 500 ? 'failed' : isLost ? 'sessionLost' : 'refused';
  expect(outcomeOf(kind, answer(response.status, response.body), nowMs).type).toBe(expected);
});
