import { type Mood, moods } from '@typelane/testkit';

/** What is known about a call that was treated so, as core has it, and by its cause what the records say. */
export type Known =
  | { outcome: 'notSent'; retryAfterMs?: number }
  | { outcome: 'uncertain'; cause: string }
  | { outcome: 'failed'; cause: string }
  | { outcome: 'refused'; cause: string }
  | { outcome: 'sessionLost' };

/** `mood`: how one request is treated; `refused`: nobody listens. `atStart`: what is known about a start, when that is something else. */
export type Behaviour = { what: string; mood: Mood | 'refused'; known: Known; atStart?: Known };

const uncertain = (cause: string): Known => ({ outcome: 'uncertain', cause });
const failed = (cause: string): Known => ({ outcome: 'failed', cause });
const refused = (cause: string): Known => ({ outcome: 'refused', cause });
const error = (status: number, code: string, message: string, processed = false): Mood => ({
  type: 'error',
  error: { status, code, message, defined: true },
  processed,
});
const page = (status: number): Mood => ({ type: 'answer', status, body: '<html>' });

/** The milliseconds a call may take before it is given up; the behaviours that are slow are made slower than that. */
export const timeoutMs = 500;
const slowHead = `HTTP/1.1 200 OK\r\nx-slow: ${'a'.repeat(100)}\r\n`;

/** All that a Typebot, or whatever stands in front of it, does to a request. */
export const behaviours: Behaviour[] = [
  { what: 'refuses connections', mood: 'refused', known: { outcome: 'notSent' } },
  { what: 'resets the connection before it reads', mood: { type: 'reset', at: 'beforeReading' }, known: uncertain('connection_reset') },
  { what: 'resets the connection after it read', mood: { type: 'reset', at: 'afterReading' }, known: uncertain('connection_reset') },
  { what: 'resets the connection when it is done', mood: { type: 'reset', at: 'afterProcessing' }, known: uncertain('connection_reset') },
  { what: 'closes the connection without an answer', mood: { type: 'raw', text: '' }, known: uncertain('connection_reset') },
  {
    what: 'is done and closes the connection without an answer',
    mood: { type: 'raw', text: '', processed: true },
    known: uncertain('connection_reset'),
  },
  { what: 'does nothing and does not answer', mood: { type: 'hang' }, known: uncertain('timeout') },
  { what: 'is done and does not answer', mood: { type: 'hang', processed: true }, known: uncertain('timeout') },
  { what: 'goes on working when its time is over', mood: { type: 'delay', ms: 2 * timeoutMs }, known: uncertain('timeout') },
  { what: 'sends its headers letter by letter', mood: { type: 'raw', text: slowHead, everyMs: 50 }, known: uncertain('timeout') },
  { what: 'sends its answer byte by byte', mood: { type: 'drip', bytes: 1, everyMs: 50 }, known: uncertain('timeout') },
  { what: 'sends less than it announced', mood: { type: 'truncate', at: 'contentLength' }, known: uncertain('truncated') },
  { what: 'hangs up in the middle of a chunk', mood: { type: 'truncate', at: 'chunk' }, known: uncertain('truncated') },
  { what: 'sends half of its JSON', mood: { type: 'truncate', at: 'json' }, known: uncertain('not_json') },
  { what: 'sends 10 MB', mood: moods.hugeBody(), known: uncertain('too_large') },
  { what: 'speaks another protocol', mood: { type: 'raw', text: '\u0001\u0002 220 smtp ready\r\n' }, known: uncertain('not_http') },
  { what: 'sends a page of HTML', mood: moods.htmlWithStatus200(), known: uncertain('not_json') },
  { what: 'sends nothing with status 200', mood: moods.emptyWithStatus200(), known: uncertain('not_json') },
  { what: 'sends JSON of another kind', mood: moods.otherJsonWithStatus200(), known: uncertain('wrong_schema') },
  { what: 'redirects in a circle with 302', mood: { type: 'redirect', status: 302, to: 'itself' }, known: refused('redirect') },
  { what: 'redirects in a circle with 307', mood: { type: 'redirect', status: 307, to: 'itself' }, known: refused('redirect') },
  { what: 'is asked too much', mood: moods.tooManyRequests('2'), known: { outcome: 'notSent', retryAfterMs: 2_000 } },
  {
    what: 'is out of service for a while',
    mood: moods.unavailable('2'),
    known: uncertain('http_503'),
    atStart: { outcome: 'notSent', retryAfterMs: 2_000 },
  },
  {
    what: 'is out of service for an unknown time',
    mood: moods.unavailable(),
    known: uncertain('http_503'),
    atStart: { outcome: 'notSent' },
  },
  { what: 'fails with 500', mood: moods.internalError({ defined: true }), known: failed('bot_failed: http_500') },
  { what: 'is done and fails with 500', mood: error(500, 'INTERNAL_SERVER_ERROR', 'Oops', true), known: failed('bot_failed: http_500') },
  { what: 'fails with a page of HTML', mood: page(500), known: uncertain('http_500') },
  { what: 'is done and stands behind a broken proxy', mood: { ...moods.badGateway(), processed: true }, known: uncertain('http_502') },
  { what: 'is not reached by its proxy', mood: moods.badGateway(), known: uncertain('http_502') },
  { what: 'is slower than its proxy', mood: page(504), known: uncertain('http_504') },
  { what: 'gives up with 408', mood: error(408, 'TIMEOUT', 'Timeout reached'), known: uncertain('http_408') },
  {
    what: 'has lost the session',
    mood: error(404, 'NOT_FOUND', 'Session not found.'),
    known: { outcome: 'sessionLost' },
    // A start has no session to lose.
    atStart: refused('bot_refused: session_not_found'),
  },
  {
    what: 'lacks credentials',
    mood: error(404, 'NOT_FOUND', 'Credentials not found'),
    known: refused('bot_refused: credentials_not_found'),
  },
  { what: 'knows no such path', mood: page(404), known: refused('http_404') },
  { what: 'says no', mood: error(400, 'BAD_REQUEST', 'Command event not found'), known: refused('bot_refused: command_not_found') },
  { what: 'is forbidden by a proxy', mood: page(403), known: refused('http_403') },
];
