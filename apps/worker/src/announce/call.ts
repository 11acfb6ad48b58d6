import type { Egress } from '@typelane/runtime';
import got, { type RequestError } from 'got';

/** How one attempt ended. `failure`: a code, never what the receiver said or where its name led. */
export type Answer = { type: 'delivered' } | { type: 'failed'; failure: string; isGone: boolean; retryAfterMs: number | null };

/** Bytes of an answer that are read, so that the connection can be used again. Nobody looks at them. */
const answerBytesMax = 16 * 1_024;

/** One POST through the egress guard. Only a 2xx is an answer: nothing is followed, repeated, cached or taken from the environment. */
export function createCall(
  egress: Egress,
  timeoutMs: number,
): (url: string, body: string, headers: Record<string, string>) => Promise<Answer> {
  const client = got.extend({
    method: 'POST',
    agent: { http: egress.agents.http, https: egress.agents.https },
    headers: { 'user-agent': 'typelane', 'content-type': 'application/json', accept: '*/*' },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
    retry: { limit: 0 },
  });
  return (url, body, headers) => {
    const verdict = egress.check(url);
    if (!verdict.allowed) return Promise.resolve(failed(verdict.reason));
    return new Promise((resolve) => {
      const stream = client.stream(url, { body, headers });
      const end = (answer: Answer): void => {
        resolve(answer);
        stream.destroy();
      };
      const timer = setTimeout(() => end(failed('timeout')), timeoutMs);
      let bytes = 0;
      stream.once('close', () => clearTimeout(timer));
      // Kept for good: a socket may still fail after the answer.
      stream.on('error', (error: RequestError) => end(failed(codeOf(error))));
      // Got listens to `upgrade`, so Node takes the protocol for switched and no response ever comes.
      stream.once('request', (request) => request.once('upgrade', () => end(failed('http_101'))));
      stream.once('response', ({ statusCode, headers: { 'retry-after': retryAfter } }) => resolve(answerOf(statusCode, retryAfter)));
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > answerBytesMax) stream.destroy();
      });
    });
  };
}

function answerOf(status: number, retryAfter: string | undefined): Answer {
  if (status >= 200 && status < 300) return { type: 'delivered' };
  return { type: 'failed', failure: `http_${status}`, isGone: status === 410, retryAfterMs: retryAfterMsOf(retryAfter) };
}

function failed(failure: string): Answer {
  return { type: 'failed', failure, isGone: false, retryAfterMs: null };
}

/** The guard says why in its message; of all else only the code is kept. */
function codeOf({ code, message }: RequestError): string {
  return code === 'EGRESS_REFUSED' ? message : code.toLowerCase();
}

/** Seconds, or a date. */
function retryAfterMsOf(header: string | undefined): number | null {
  if (header === undefined) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}
