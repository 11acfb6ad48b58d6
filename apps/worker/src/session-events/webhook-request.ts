import { createHttpClient, type Egress, type HttpFailure } from '@typelane/runtime';

/** How one attempt ended. `failure` is a code, never the receiver's text or its IP address. */
export type Answer = { type: 'delivered' } | { type: 'failed'; failure: string; isGone: boolean; retryAfterMs: number | null };

/** Bytes of an answer that are read and dropped, so that the connection can be reused. */
const answerBytesMax = 16 * 1_024;

/** One POST. A 2xx status means delivered; the body is not awaited. */
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

/** The egress explains a refusal in its message. Other failures keep only their code. */
function codeOf({ code, message }: HttpFailure): string {
  if (code === 'UPGRADE') return 'http_101';
  return code === 'EGRESS_REFUSED' ? message : code.toLowerCase();
}

/** `Retry-After` is in seconds or a date. */
function retryAfterMsOf(header: string | undefined): number | null {
  if (header === undefined) return null;
  const ms = /^\d+$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}
