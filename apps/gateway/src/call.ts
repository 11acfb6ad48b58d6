import { createHttpClient, type Egress } from '@typelane/runtime';

/** One request to a gateway. Whatever comes of it is a value. */
export type Call = (method: 'GET' | 'POST', url: string, options?: CallOptions) => Promise<Called>;

export type CallOptions = {
  headers?: Record<string, string>;
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

/** Requests through the egress guard. Nothing is followed or repeated. */
export function createCall(egress: Pick<Egress, 'check' | 'agents'>): Call {
  const client = createHttpClient(egress, { headers: { accept: 'application/json' } });
  return async (method, address, options = {}) => {
    const url = URL.parse(address);
    if (url === null) return failed('BAD_URL');
    const { timeoutMs = 30_000, answerSizeBytesMax = 1_048_576, signal, headers } = options;
    const body = method === 'GET' ? null : (options.text ?? JSON.stringify(options.json ?? {}));
    const limits = { timeoutMs, bodySizeBytesMax: answerSizeBytesMax, ...(signal && { signal }) };
    const opened = await client.open({ url, body, ...(headers && { headers }) }, limits);
    if (opened.type === 'failed') return failed(opened.failure.code);
    try {
      const chunks: Uint8Array[] = [];
      for await (const chunk of opened.body) chunks.push(chunk);
      const bytes = Buffer.concat(chunks);
      const mimeType = opened.headers['content-type']?.split(';')[0]?.trim() ?? null;
      const retryAfterMs = waitOf(opened.headers['retry-after']);
      return { type: 'answered', status: opened.status, bytes, body: parsed(bytes), mimeType, retryAfterMs };
    } catch (error) {
      return failed(error instanceof Error && 'code' in error ? String(error.code) : 'FAILED');
    }
  };
}

/** No connection was made, so nothing was said on it. */
const unreached = new Set(['BAD_URL', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EGRESS_REFUSED']);

function failed(code: string): Called {
  return { type: 'failed', code, reached: unreached.has(code) ? 'no' : 'perhaps' };
}

function waitOf(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : null;
}

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return null;
  }
}
