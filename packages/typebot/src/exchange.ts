import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import got, { type Request, type RequestError } from 'got';
import type { Egress } from './egress.ts';
import type { Evidence } from './outcome.ts';
import type { BotRequest } from './request.ts';

export type ExchangeLimits = {
  /** Milliseconds for everything: name lookup, connection, answer, body. */
  timeoutMs: number;
  /** On the clock of `performance.now()`: after it not a byte goes out. */
  sendBefore: number;
  /** Bytes of the body once decompressed. */
  responseSizeMaxBytes: number;
  /** Ends the exchange where it stands. */
  signal: AbortSignal | null;
};

export type Exchange = {
  /** One request; however it ends, that is a value. */
  make(request: BotRequest, headers: Record<string, string>, limits: ExchangeLimits): Promise<Evidence>;
  /** Ends every request under way. */
  abort(): void;
};

/**
 * Nothing is followed, repeated, cached or taken from the environment. Got's streams rather than its promises: those cost about
 * a third more CPU per call and cannot bound the size of a body.
 */
export function createExchange(agents: Egress['agents']): Exchange {
  const client = got.extend({
    agent: { http: agents.http, https: agents.https },
    headers: { 'user-agent': 'typelane', accept: 'application/json' },
    followRedirect: false,
    throwHttpErrors: false,
    retry: { limit: 0 },
  });
  const underWay = new Set<Fail>();
  return {
    make(request, headers, limits) {
      return new Promise((resolve) => {
        const { url, body } = request;
        const stream =
          body === null
            ? client.stream(url, { headers })
            : client.stream.post(url, { body, headers: { 'content-type': 'application/json', ...headers } });
        const fail = run(stream, limits, (evidence) => {
          underWay.delete(fail);
          resolve(evidence);
        });
        underWay.add(fail);
      });
    },
    abort() {
      for (const fail of underWay) fail('ABORTED');
    },
  };
}

type Fail = (code: string, message?: string) => void;

/** Gathers the evidence of one exchange, calls `done` once, and returns what ends it early. */
function run(stream: Request, limits: ExchangeLimits, done: (evidence: Evidence) => void): Fail {
  const evidence: Evidence = { handedOver: false, status: null, retryAfter: null, text: null, failure: null };
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
    stream.destroy();
  };
  const onAbort = (): void => fail('ABORTED');
  const timer = setTimeout(() => fail('TIMEOUT'), limits.timeoutMs);
  limits.signal?.addEventListener('abort', onAbort);

  // Kept for good: a socket may still fail after the exchange has ended.
  stream.on('error', (error: RequestError) => fail(error.code, error.message));
  stream.once('request', (request) => watch(request, evidence, limits.sendBefore, fail));
  stream.once('response', (response) => {
    evidence.status = response.statusCode;
    evidence.retryAfter = response.headers['retry-after'] ?? null;
  });
  collect(stream, limits.responseSizeMaxBytes, (text) => end({ text }), fail);
  return fail;
}

/** Notes the moment from which the host may have the request. Node writes it right after these events, never before. */
function watch(request: ClientRequest, evidence: Evidence, sendBefore: number, fail: Fail): void {
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

function collect(stream: Request, sizeMaxBytes: number, done: (text: string) => void, fail: Fail): void {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  stream.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes > sizeMaxBytes) fail('TOO_LARGE');
    else chunks.push(chunk);
  });
  stream.once('end', () => done(decoder.decode(Buffer.concat(chunks))));
}

/** Drops a byte order mark, which JSON.parse would refuse. */
const decoder = new TextDecoder();
