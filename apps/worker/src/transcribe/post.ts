import type { Egress } from '@typelane/runtime';
import got, { type Request, type RequestError } from 'got';

export type Posted = { type: 'answered'; status: number; text: string; retryAfter: string | null } | { type: 'failed'; code: string };

export type PostOptions = {
  body: Uint8Array;
  headers: Record<string, string>;
  /** Milliseconds for everything: name lookup, connection, upload, answer. */
  timeoutMs: number;
  answerSizeMaxBytes: number;
};

/** One POST through the egress guard; however it ends, that is a value. Nothing is followed or repeated. */
export function post(agents: Egress['agents'], url: URL, { body, headers, timeoutMs, answerSizeMaxBytes }: PostOptions): Promise<Posted> {
  return new Promise((resolve) => {
    const stream = got.stream.post(url, {
      body,
      headers: { 'user-agent': 'typelane', ...headers },
      agent: { http: agents.http, https: agents.https },
      followRedirect: false,
      throwHttpErrors: false,
      retry: { limit: 0 },
    });
    const end = (posted: Posted): void => {
      clearTimeout(timer);
      resolve(posted);
      stream.destroy();
    };
    const timer = setTimeout(() => end({ type: 'failed', code: 'TIMEOUT' }), timeoutMs);
    // Kept for good: a socket may still fail after the exchange has ended.
    stream.on('error', ({ code, message }: RequestError) =>
      end({ type: 'failed', code: code === 'EGRESS_REFUSED' ? `${code}: ${message}` : code }),
    );
    collect(stream, answerSizeMaxBytes, end);
  });
}

function collect(stream: Request, sizeMaxBytes: number, end: (posted: Posted) => void): void {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  let status = 0;
  let retryAfter: string | null = null;
  stream.once('response', (response) => {
    status = response.statusCode;
    retryAfter = response.headers['retry-after'] ?? null;
  });
  stream.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes > sizeMaxBytes) end({ type: 'failed', code: 'TOO_LARGE' });
    else chunks.push(chunk);
  });
  stream.once('end', () => end({ type: 'answered', status, text: Buffer.concat(chunks).toString('utf8'), retryAfter }));
}
