import { once } from 'node:events';
import { mimeTypeOf } from '@typelane/media';
import got, { type Request, type Response } from 'got';
import type { MediaPorts } from './media-ports.ts';

/** `reason` is a stable code without addresses. */
export type Fetched = { type: 'fetched'; bytes: AsyncIterable<Uint8Array>; mimeType: string | null } | { type: 'failed'; reason: string };

/** Milliseconds for a whole file, redirects included. A turn waits for it. */
const fetchTimeoutMs = 20_000;

const redirectsMax = 3;

/**
 * Begins to fetch a file from the address its producer gave. Each address on the way is checked by the egress guard; credentials in
 * one go to its own host only. Whoever gets the bytes reads them to their end or breaks off; they end with an error when the time is over.
 */
export async function fetchFile(address: string, { egress, sizeBytesMax }: Pick<MediaPorts, 'egress' | 'sizeBytesMax'>): Promise<Fetched> {
  const signal = AbortSignal.timeout(fetchTimeoutMs);
  let at = URL.parse(address);
  for (let hops = 0; hops <= redirectsMax; hops += 1) {
    if (at === null) return failed('bad_url');
    const { url, headers } = withoutCredentials(at);
    const verdict = egress.check(url);
    if (!verdict.allowed) return failed(`egress_${verdict.reason}`);
    const stream = got.stream(url.href, { ...options, agent: egress.agents, headers, signal });
    const response = await responseOf(stream);
    if (typeof response === 'string') return failed(response);
    const { location } = response.headers;
    if (response.statusCode < 300 || response.statusCode > 399 || location === undefined) return fileIn(response, stream, sizeBytesMax);
    stream.destroy();
    at = URL.parse(location, url.href);
  }
  return failed('too_many_redirects');
}

/** Nothing is followed, repeated, cached or taken from the environment. */
const options = { followRedirect: false, throwHttpErrors: false, retry: { limit: 0 } } as const;

function withoutCredentials(at: URL): { url: URL; headers: Record<string, string> } {
  const url = new URL(at);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const authorization = pair === ':' ? {} : { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
  return { url, headers: { 'user-agent': 'typelane', ...authorization } };
}

async function responseOf(stream: Request): Promise<Response | string> {
  try {
    const [response] = (await once(stream, 'response')) as [Response];
    return response;
  } catch (error) {
    const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'failed';
    return error instanceof Error && error.name === 'AbortError' ? 'timeout' : code.toLowerCase();
  } finally {
    // Kept for good: a socket may still fail after all was read.
    stream.on('error', () => {});
  }
}

function fileIn(response: Response, stream: Request, sizeBytesMax: number): Fetched {
  const refuse = (reason: string): Fetched => {
    stream.destroy();
    return failed(reason);
  };
  if (response.statusCode !== 200) return refuse(`status_${response.statusCode}`);
  if (Number(response.headers['content-length'] ?? 0) > sizeBytesMax) return refuse('too_large');
  return { type: 'fetched', bytes: stream, mimeType: mimeTypeOf(response.headers['content-type']) };
}

function failed(reason: string): Fetched {
  return { type: 'failed', reason };
}
