import { textOf } from './heard.ts';
import type { Heard } from './heard.ts';
import { badRequest, internalError } from './typebot-error.ts';
import type { TypebotError } from './typebot-error.ts';

/** How one request is treated badly. `processed`: the flow goes on all the same, only the answer is spoiled. */
export type Mood =
  /** No answer. The session is busy for `busyMs`, by default until the client hangs up. */
  | { type: 'hang'; processed?: boolean; busyMs?: number }
  /** Waits before it does anything; then goes through with it even when the client is gone. */
  | { type: 'delay'; ms: number; then?: Mood }
  /** Answers at once, but the session stays busy. */
  | { type: 'keepWorking'; ms: number }
  | { type: 'answer'; status: number; headers?: Record<string, string>; body: string; processed?: boolean }
  /** An error in the words of this version of Typebot. */
  | { type: 'error'; error: TypebotError; processed?: boolean }
  /** The session is gone, for this request and all later ones. */
  | { type: 'loseSession' }
  | { type: 'redirect'; status: 301 | 302 | 303 | 307 | 308; to: 'itself' | URL }
  /** Half the answer: `json` ends well-formed as HTTP; `contentLength` and `chunk` cut the connection. Processed. */
  | { type: 'truncate'; at: 'json' | 'contentLength' | 'chunk' }
  /** The whole answer, so many bytes at a time. Processed. */
  | { type: 'drip'; bytes: number; everyMs: number }
  /**
   * These letters instead of an HTTP answer, then the end of the connection; nothing but the end for an empty text. `everyMs`: letter by
   * letter, so long apart.
   */
  | { type: 'raw'; text: string; everyMs?: number; processed?: boolean }
  /** A valid answer with one bubble of that size. Processed. */
  | { type: 'huge'; bytes: number }
  /** A TCP reset. Only `afterProcessing` is processed. */
  | { type: 'reset'; at: 'beforeReading' | 'afterReading' | 'afterProcessing' };

/** Which requests a mood is for. Nothing given: any. A `beforeReading` reset cannot be chosen by text. */
export type MoodFor = { kind?: 'start' | 'continue'; sessionId?: string; publicId?: string; text?: string };

type AnswerMood = Extract<Mood, { type: 'answer' }>;
type ErrorMood = Extract<Mood, { type: 'error' }>;

/** Moods with a name. None of them is processed; `{ ...moods.badGateway(), processed: true }` is. */
export const moods = {
  internalError: (options: { defined: boolean }): ErrorMood => ({ type: 'error', error: internalError(options.defined) }),
  botClosed: (message: string): ErrorMood => ({ type: 'error', error: badRequest(message) }),
  sessionLost: (): Mood => ({ type: 'loseSession' }),
  badGateway: (): AnswerMood => html(502, '<html><body><h1>502 Bad Gateway</h1></body></html>'),
  tooManyRequests: (retryAfter: string): AnswerMood => ({ type: 'answer', status: 429, headers: { 'retry-after': retryAfter }, body: '' }),
  unavailable: (retryAfter?: string): AnswerMood => ({
    type: 'answer',
    status: 503,
    ...(retryAfter && { headers: { 'retry-after': retryAfter } }),
    body: '',
  }),
  htmlWithStatus200: (): AnswerMood => html(200, '<!doctype html><title>Sign in</title>'),
  emptyWithStatus200: (): AnswerMood => ({ type: 'answer', status: 200, body: '' }),
  otherJsonWithStatus200: (): AnswerMood => ({
    type: 'answer',
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"status":"ok","messages":"none"}',
  }),
  hugeBody: (bytes = 10_000_000): Mood => ({ type: 'huge', bytes }),
};

function html(status: number, body: string): AnswerMood {
  return { type: 'answer', status, headers: { 'content-type': 'text/html' }, body };
}

export type MoodSwings = {
  /** The next `times` requests it fits are treated so. First come, first served. */
  next: (mood: Mood, fits?: MoodFor, times?: number) => void;
  /** Asked for every request that no queued mood is for; null takes it away. */
  always: (choose: ((heard: Heard) => Mood | null) | null) => void;
  take: (heard: Heard, when: 'beforeReading' | 'afterReading') => Mood | null;
  /** How many queued moods were not used yet. */
  left: () => number;
};

export function createMoodSwings(): MoodSwings {
  const queue: { mood: Mood; fits: MoodFor; times: number }[] = [];
  let chosen: ((heard: Heard) => Mood | null) | null = null;

  function take(heard: Heard, when: 'beforeReading' | 'afterReading'): Mood | null {
    const early = when === 'beforeReading';
    const index = queue.findIndex(({ mood, fits }) => isEarly(mood) === early && isFor(fits, heard));
    const rule = queue[index];
    if (!rule) return early || !chosen ? null : chosen(heard);
    if (--rule.times <= 0) queue.splice(index, 1);
    return rule.mood;
  }

  return {
    next: (mood, fits = {}, times = 1) => void queue.push({ mood, fits, times }),
    always: (choose) => void (chosen = choose),
    take,
    left: () => queue.reduce((sum, { times }) => sum + times, 0),
  };
}

function isEarly(mood: Mood): boolean {
  return mood.type === 'reset' && mood.at === 'beforeReading';
}

function isFor({ kind, sessionId, publicId, text }: MoodFor, heard: Heard): boolean {
  return (
    (kind === undefined || kind === heard.kind) &&
    (sessionId === undefined || sessionId === heard.sessionId) &&
    (publicId === undefined || publicId === heard.publicId) &&
    (text === undefined || text === textOf(heard))
  );
}
