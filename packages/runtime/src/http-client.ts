import http, { type ClientRequest, type IncomingHttpHeaders } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import got, { type NativeRequestOptions, type Request, type RequestError } from 'got';
import { unpacked } from './content-encoding.ts';
import type { Egress } from './egress.ts';

/** `body` null: a GET, else a POST. */
export type HttpRequest = { url: URL; body: string | Uint8Array | null; headers?: Record<string, string> };

export type HttpLimits = {
  /** Milliseconds for everything: name lookup, connection, answer, body. */
  timeoutMs: number;
  /** Bytes of the body; for `exchange` once decompressed as well. */
  bodySizeBytesMax: number;
  /** On the clock of `performance.now()`: after it not a byte goes out. Default: no limit. */
  sendBefore?: number;
  /** Aborts the request. */
  signal?: AbortSignal | null;
};

/** What is known about one request when it has ended. */
export type Evidence = {
  /** The request went to a connected socket (past the TLS handshake): from there on the host may have processed it. */
  handedOver: boolean;
  status: number | null;
  retryAfter: string | null;
  /** The whole body; null when it did not arrive whole. */
  text: string | null;
  /** Null: it ended as it should. */
  failure: HttpFailure | null;
};

/**
 * Why a request ended early. `code`: an error code of Node or got, or LATE, TIMEOUT, ABORTED, TOO_LARGE, BAD_ENCODING, UPGRADE, or
 * EGRESS_REFUSED, whose `message` is the reason. Other messages may hold addresses.
 */
export type HttpFailure = { code: string; message: string };

export type Opened =
  | {
      type: 'opened';
      status: number;
      headers: IncomingHttpHeaders;
      /** Read it to its end or break off: an unread body holds its connection until the time is over. It fails with a `code` as above. */
      body: AsyncIterable<Uint8Array>;
      /** Reads what is left, within the limits, so that the connection can be used again. */
      discard(): void;
    }
  | { type: 'failed'; failure: HttpFailure };

export type HttpClient = {
  /** One request with its whole answer as text; however it ends, that is a value. */
  exchange(request: HttpRequest, limits: HttpLimits): Promise<Evidence>;
  /** One request, up to the headers of its answer. The limits hold for the body as well. */
  open(request: HttpRequest, limits: HttpLimits): Promise<Opened>;
  /** Ends every request under way. */
  abort(): void;
};

export type HttpClientOptions = {
  /** Sent with every request. */
  headers?: Record<string, string>;
};

/**
 * The only way out to addresses that a tenant has typed. The egress is asked before a request begins, and its agents check every resolved
 * address at connect. Nothing is followed, repeated, cached or taken from the environment.
 *
 * Got's streams rather than its promises, with all that is fixed prepared once: see ADR 0013 for what each setting saves.
 */
export function createHttpClient(egress: Pick<Egress, 'check' | 'agents'>, { headers = {} }: HttpClientOptions = {}): HttpClient {
  const fixed = { 'user-agent': 'typelane', ...headers };
  const get = got.extend({ ...settings, agent: egress.agents, method: 'GET', headers: fixed });
  const post = got.extend({ ...settings, agent: egress.agents, method: 'POST', headers: { 'content-type': 'application/json', ...fixed } });
  const underWay = new Set<Fail>();

  const begin = (request: HttpRequest, limits: HttpLimits, onEnd: (evidence: Evidence) => void): Attempt => {
    const { url, body, headers: own } = request;
    const client = body === null ? get : post;
    // Each key that is given is validated and merged again, so only needed ones are given.
    const stream = client.stream(url, { ...(body !== null && { body }), ...(own !== undefined && { headers: own }) });
    const attempt = watchAttempt(stream, limits, (evidence) => {
      underWay.delete(attempt.fail);
      onEnd(evidence);
    });
    underWay.add(attempt.fail);
    return attempt;
  };

  return {
    exchange(request, limits) {
      const refused = refusalOf(egress, request.url);
      if (refused !== null) return Promise.resolve({ ...nothingKnown, failure: refused });
      return new Promise((resolve) => collect(begin(request, limits, resolve), limits.bodySizeBytesMax));
    },
    open(request, limits) {
      const refused = refusalOf(egress, request.url);
      if (refused !== null) return Promise.resolve({ type: 'failed', failure: refused });
      return new Promise((resolve) => {
        const attempt = begin(request, limits, ({ failure }) => resolve({ type: 'failed', failure: failure ?? noAnswer }));
        attempt.stream.once('close', () => attempt.end({}));
        attempt.stream.once('response', ({ statusCode: status, headers: came }) => {
          const discard = () => void attempt.stream.resume();
          resolve({ type: 'opened', status, headers: came, body: bodyOf(attempt, limits.bodySizeBytesMax), discard });
        });
      });
    },
    abort() {
      for (const fail of underWay) fail('ABORTED');
    },
  };
}

/** The lists of `retry` are cloned for every request. Without `decompress` nothing is compressed that nobody asked to be. */
const settings = {
  followRedirect: false,
  throwHttpErrors: false,
  decompress: false,
  retry: { limit: 0, methods: [], statusCodes: [], errorCodes: [] },
  request: nativeRequest,
};

/** Got gives Node forty options, which Node copies twice; these are the ones that say something. TLS settings are in the agent. */
function nativeRequest(url: URL, { agent, method, headers }: NativeRequestOptions, callback?: (response: http.IncomingMessage) => void) {
  const { protocol, port, pathname, search } = url;
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const options = { protocol, hostname, port, path: `${pathname}${search}`, method, headers, agent } as http.RequestOptions;
  return (protocol === 'https:' ? https : http).request(options, callback);
}

type Fail = (code: string, message?: string) => void;
type Attempt = { stream: Request; evidence: Evidence; fail: Fail; end(last: Partial<Evidence>): void };

const nothingKnown: Evidence = { handedOver: false, status: null, retryAfter: null, text: null, failure: null };
const noAnswer: HttpFailure = { code: 'NO_ANSWER', message: '' };

function refusalOf({ check }: Pick<Egress, 'check'>, url: URL): HttpFailure | null {
  const verdict = check(url);
  return verdict.allowed ? null : { code: 'EGRESS_REFUSED', message: verdict.reason };
}

/** Gathers the evidence of one request and calls `done` once, when it has ended or failed. */
function watchAttempt(stream: Request, limits: HttpLimits, done: (evidence: Evidence) => void): Attempt {
  const evidence: Evidence = { ...nothingKnown };
  let hasEnded = false;
  const end = (last: Partial<Evidence>): void => {
    if (hasEnded) return;
    hasEnded = true;
    clearTimeout(timer);
    limits.signal?.removeEventListener('abort', onAbort);
    done({ ...evidence, ...last });
  };
  const fail: Fail = (code, message = '') => {
    end({ failure: { code, message } });
    // The reader of the body receives the error; after the end nothing reads it.
    stream.destroy(Object.assign(new Error(message || code), { code }));
  };
  const onAbort = (): void => fail('ABORTED');
  const timer = setTimeout(() => fail('TIMEOUT'), limits.timeoutMs);
  limits.signal?.addEventListener('abort', onAbort);

  // Never removed: a socket may still fail after the exchange has ended.
  stream.on('error', (error: RequestError) => fail(error.code, error.message));
  stream.once('request', (request) => watchRequest(request, evidence, limits.sendBefore ?? Infinity, fail));
  stream.once('response', (response) => {
    evidence.status = response.statusCode;
    evidence.retryAfter = response.headers['retry-after'] ?? null;
  });
  return { stream, evidence, fail, end };
}

/** Notes the moment from which the host may have the request. Node writes it right after these events, never before. */
function watchRequest(request: ClientRequest, evidence: Evidence, sendBefore: number, fail: Fail): void {
  const handOver = (): void => {
    if (performance.now() > sendBefore) fail('LATE');
    else evidence.handedOver = true;
  };
  request.once('socket', (socket: Socket & { secureConnecting?: boolean }) => {
    // It may have failed before Node says which socket it is; its error follows.
    if (socket.destroyed) return;
    if (socket.secureConnecting === true) socket.once('secureConnect', handOver);
    else if (socket.connecting) socket.once('connect', handOver);
    else handOver();
  });
  // Got listens to `upgrade`, so Node takes the protocol for switched and no response ever comes.
  request.once('upgrade', () => fail('UPGRADE'));
}

function collect({ stream, fail, end }: Attempt, sizeBytesMax: number): void {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  let encoding: string | undefined;
  stream.once('response', ({ headers }) => (encoding = headers['content-encoding']));
  stream.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length;
    // Of a short text the compressed form is the longer one.
    if (sizeBytes > sizeBytesMax + (encoding === undefined ? 0 : 1_024)) fail('TOO_LARGE');
    else chunks.push(chunk);
  });
  stream.once('end', () => {
    const body = Buffer.concat(chunks);
    if (encoding === undefined) return end({ text: decoder.decode(body) });
    void unpacked(body, encoding, sizeBytesMax).then((result) => {
      if (result.type === 'failed') fail(result.code);
      else end({ text: decoder.decode(result.body) });
    });
  });
}

/** Drops a byte order mark, which JSON.parse would refuse. */
const decoder = new TextDecoder();

/** Breaking off closes the connection also when nothing was read yet, which an iterator of a stream alone does not. */
function bodyOf({ stream, fail }: Attempt, sizeBytesMax: number): AsyncIterable<Uint8Array> {
  stream.on('downloadProgress', ({ transferred }) => {
    if (transferred > sizeBytesMax) fail('TOO_LARGE');
  });
  return {
    [Symbol.asyncIterator]() {
      const chunks: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]();
      return {
        next: () => chunks.next(),
        async return() {
          stream.destroy();
          await chunks.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}
