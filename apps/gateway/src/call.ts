import type { Egress } from '@typelane/runtime';
import got, { type Request } from 'got';

/** One request to a gateway. Whatever comes of it is a value. */
export type Call = (method: 'GET' | 'POST' | 'PUT' | 'PATCH', url: string, options?: CallOptions) => Promise<Called>;

export type CallOptions = {
  headers?: Record<string, string | undefined>;
  json?: unknown;
  /** Sent as it is, in place of `json`. */
  text?: string;
  /** Milliseconds for everything; default 30,000. */
  timeoutMs?: number;
  /** Default 1 MiB. */
  answerSizeBytesMax?: number;
  signal?: AbortSignal;
};

/** `reached: 'no'`: the gateway has surely not heard of it. `code`: such as `ECONNREFUSED`, `TIMEOUT`, `EGRESS_REFUSED`. */
export type Called =
  | { type: 'answered'; status: number; body: unknown; bytes: Buffer; mimeType: string | null; retryAfterMs: number | null }
  | { type: 'failed'; code: string; reached: 'no' | 'perhaps' };

/** Requests through the egress guard. Nothing is followed, repeated or taken from the environment. */
export function createCall(egress: Pick<Egress, 'check' | 'agents'>): Call {
  return async (method, url, options = {}) => {
    const verdict = egress.check(url);
    if (!verdict.allowed) return { type: 'failed', code: `EGRESS_REFUSED (${verdict.reason})`, reached: 'no' };
    return exchange(egress.agents, method, url, options);
  };
}

function exchange(agents: Egress['agents'], method: string, url: string, options: CallOptions): Promise<Called> {
  return new Promise((resolve) => {
    const stream = got.stream(url, {
      method,
      headers: { 'user-agent': 'typelane', accept: 'application/json', ...bodyHeaders(options), ...options.headers },
      ...bodyOf(options),
      agent: { http: agents.http, https: agents.https },
      followRedirect: false,
      throwHttpErrors: false,
      retry: { limit: 0 },
    });
    const end = (called: Called): void => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', abort);
      resolve(called);
      stream.destroy();
    };
    const abort = (): void => end({ type: 'failed', code: 'ABORTED', reached: 'perhaps' });
    const timer = setTimeout(() => end({ type: 'failed', code: 'TIMEOUT', reached: 'perhaps' }), options.timeoutMs ?? 30_000);
    options.signal?.addEventListener('abort', abort, { once: true });
    // Kept for good: a socket may still fail after the exchange has ended.
    stream.on('error', ({ code = 'FAILED' }: NodeJS.ErrnoException) =>
      end({ type: 'failed', code, reached: unreached.has(code) ? 'no' : 'perhaps' }),
    );
    collect(stream, options.answerSizeBytesMax ?? 1_048_576, end);
    if (method !== 'GET' && options.json === undefined && options.text === undefined) stream.end();
  });
}

/** No connection was made, so nothing was said on it. */
const unreached = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EGRESS_REFUSED']);

function bodyHeaders({ json, text }: CallOptions): Record<string, string> {
  return json === undefined && text === undefined ? {} : { 'content-type': 'application/json' };
}

function bodyOf({ json, text }: CallOptions): { body?: string } {
  if (text !== undefined) return { body: text };
  return json === undefined ? {} : { body: JSON.stringify(json) };
}

function collect(stream: Request, sizeBytesMax: number, end: (called: Called) => void): void {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  let head = { status: 0, mimeType: null as string | null, retryAfterMs: null as number | null };
  stream.once('response', ({ statusCode, headers }) => {
    head = {
      status: statusCode,
      mimeType: headers['content-type']?.split(';')[0]?.trim() ?? null,
      retryAfterMs: retryAfterMs(headers['retry-after']),
    };
  });
  stream.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes > sizeBytesMax) end({ type: 'failed', code: 'ANSWER_TOO_LARGE', reached: 'perhaps' });
    else chunks.push(chunk);
  });
  stream.once('end', () => {
    const bytes = Buffer.concat(chunks);
    end({ type: 'answered', ...head, bytes, body: parsed(bytes) });
  });
}

function retryAfterMs(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : null;
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return null;
  }
}
