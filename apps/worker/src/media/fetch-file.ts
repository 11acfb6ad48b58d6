import { mimeTypeOf } from '@typelane/media';
import { createHttpClient, type HttpFailure, type Opened } from '@typelane/runtime';
import type { MediaPorts } from './media-ports.ts';

/** `reason` is a stable code without addresses. */
export type Fetched = { type: 'fetched'; bytes: AsyncIterable<Uint8Array>; mimeType: string | null } | { type: 'failed'; reason: string };

/** Milliseconds for a whole file, redirects included. A turn waits for it. */
const fetchTimeoutMs = 20_000;

const redirectsMax = 3;

/**
 * Starts to fetch a file from the address its producer gave. The egress checks each address, redirects included; credentials in an address
 * are sent to its own host only. The caller must read the bytes to the end or destroy the stream. The stream fails at the timeout.
 */
export async function fetchFile(address: string, { egress, sizeBytesMax }: Pick<MediaPorts, 'egress' | 'sizeBytesMax'>): Promise<Fetched> {
  const until = performance.now() + fetchTimeoutMs;
  const http = createHttpClient(egress);
  let at = URL.parse(address);
  for (let hops = 0; hops <= redirectsMax; hops += 1) {
    if (at === null) return failed('bad_url');
    const { url, headers } = withoutCredentials(at);
    // The limit is above that of the store, so that the store itself refuses a file that is too large, with its own reason.
    const limits = { timeoutMs: Math.max(0, until - performance.now()), bodySizeBytesMax: sizeBytesMax + 1_048_576 };
    const opened = await http.open({ url, body: null, headers }, limits);
    if (opened.type === 'failed') return failed(codeOf(opened.failure));
    const { location } = opened.headers;
    if (opened.status < 300 || opened.status > 399 || location === undefined) return await fileIn(opened, sizeBytesMax);
    await breakOff(opened);
    at = URL.parse(location, url.href);
  }
  return failed('too_many_redirects');
}

type Answer = Extract<Opened, { type: 'opened' }>;

function withoutCredentials(at: URL): { url: URL; headers: Record<string, string> } {
  const url = new URL(at);
  const { username, password } = url;
  url.username = '';
  url.password = '';
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url, headers: pair === ':' ? {} : { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } };
}

function codeOf({ code, message }: HttpFailure): string {
  return code === 'EGRESS_REFUSED' ? `egress_${message}` : code.toLowerCase();
}

async function fileIn(answer: Answer, sizeBytesMax: number): Promise<Fetched> {
  const { status, headers, body } = answer;
  const reason =
    status !== 200 ? `status_${status}` : Number(headers['content-length'] ?? 0) > sizeBytesMax ? 'too_large' : encodingProblem(headers);
  if (reason === null) return { type: 'fetched', bytes: body, mimeType: mimeTypeOf(headers['content-type']) };
  await breakOff(answer);
  return failed(reason);
}

/** No encoding was requested, and encoded bytes are not the file. */
function encodingProblem({ 'content-encoding': encoding = 'identity' }: Answer['headers']): string | null {
  return encoding === 'identity' ? null : 'encoded';
}

async function breakOff({ body }: Answer): Promise<void> {
  await body[Symbol.asyncIterator]().return?.();
}

function failed(reason: string): Fetched {
  return { type: 'failed', reason };
}
