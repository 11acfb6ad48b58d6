import { createHttpClient, type Egress, type HttpFailure } from '@typelane/runtime';

/** How one attempt ended. `failure`: a code, never what the receiver said or where its name led. */
export type Answer = { type: 'delivered' } | { type: 'failed'; failure: string; isGone: boolean; retryAfterMs: number | null };

/** Bytes of an answer that are read, so that the connection can be used again. Nobody looks at them. */
const answerBytesMax = 16 * 1_024;

/** One POST. Only a 2xx is an answer, and its status is enough: the body is not waited for. */
export function createCall(
  egress: Egress,
  timeoutMs: number,
): (url: string, body: string, headers: Record<string, string>) => Promise<Answer> {
  const http = createHttpClient(egress, { headers: { accept: '*/*' } });
  return async (address, body, headers) => {
    const url = URL.parse(address);
    if (url === null) return failed('bad_url');
    const opened = await http.open({ url, body, headers }, { timeoutMs, bodySizeBytesMax: answerBytesMax });
    if (opened.type === 'failed') return failed(codeOf(opened.failure));
    opened.discard();
    return answerOf(opened.status, opened.headers['retry-after']);
  };
}

function answerOf(status: number, retryAfter: string | undefined): Answer {
  if (status >= 200 && status < 300) return { type: 'delivered' };
  return { type: 'failed', failure: `http_${status}`, isGone: status === 410, retryAfterMs: retryAfterMsOf(retryAfter) };
}

function failed(failure: string): Answer {
  return { type: 'failed', failure, isGone: false, retryAfterMs: null };
}

/** The egress says why in its message; of all else only the code is kept. */
function codeOf({ code, message }: HttpFailure): string {
  if (code === 'UPGRADE') return 'http_101';
  return code === 'EGRESS_REFUSED' ? message : code.toLowerCase();
}

/** Seconds, or a date. */
function retryAfterMsOf(header: string | undefined): number | null {
  if (header === undefined) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}
