import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import { listen } from './listen.ts';
import type { Exchange, Recording } from './recording.ts';

export type PlayedRequest = {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** Parsed when it is JSON, else the text; undefined when empty. */
  body: unknown;
};

export type Player = {
  /** What to use as `typebotURL`. */
  url: string;
  /** Every request, in order of arrival. */
  requests: readonly PlayedRequest[];
  /** Requests without a recorded answer; each was answered with 599. */
  mismatches: readonly string[];
  /** The number of exchanges not requested yet. */
  left: () => number;
  close: () => Promise<void>;
};

/**
 * A server that gives the recorded answers, one after the other. It compares the kind of request and the id in its path
 * with the recording, and nothing else: what was sent is in `requests` for the test to judge.
 * A recorded status 0 is played as no answer at all, until `close`.
 *
 * @param options.exchanges indexes of the exchanges to play, in that order; default all
 */
export async function startRecordingPlayer(recording: Recording, options: { exchanges?: number[] } = {}): Promise<Player> {
  const left = pick(recording, options.exchanges);
  const requests: PlayedRequest[] = [];
  const mismatches: string[] = [];
  const server = createServer((request, response) => void play(request, response));

  async function play(request: IncomingMessage, response: ServerResponse) {
    const played = await read(request);
    requests.push(played);
    const [next] = left;
    const mismatch = compare(played, next);
    if (mismatch || !next) {
      mismatches.push(mismatch ?? '');
      response.writeHead(599, { 'content-type': 'text/plain' }).end(mismatch ?? undefined);
      return;
    }
    left.shift();
    answer(response, next);
  }

  const { url, close } = await listen(server);
  return { url, requests, mismatches, left: () => left.length, close };
}

function pick(recording: Recording, indexes = [...recording.exchanges.keys()]): Exchange[] {
  return indexes.map((index) => {
    const exchange = recording.exchanges[index];
    if (!exchange) throw new Error(`the recording has ${recording.exchanges.length} exchanges, there is no exchange ${index}`);
    if (isTruncated(exchange.response.body)) throw new Error(`exchange ${index} was not kept whole and cannot be played: leave it out`);
    return exchange;
  });
}

function compare(request: PlayedRequest, next: Exchange | undefined): string | null {
  const came = callOf(request.method, request.path);
  if (!next) return `${came} came, but nothing of the recording is left`;
  const expected = callOf(next.request.method, new URL(next.request.url).pathname);
  return came === expected ? null : `${came} came, but the recording goes on with ${expected}`;
}

function callOf(method: string, path: string): string {
  const [, kind, id] = /\/api\/v1\/(typebots|sessions)\/([^/]*)\/(?:startChat|continueChat)\/?$/.exec(path) ?? [];
  if (id === undefined) return `${method} ${path}`;
  return `${method} ${kind === 'typebots' ? 'startChat' : 'continueChat'} of ${decodeURIComponent(id)}`;
}

function answer(response: ServerResponse, { response: recorded }: Exchange) {
  if (recorded.status === 0) return;
  const isText = typeof recorded.body === 'string';
  response.writeHead(recorded.status, { 'content-type': isText ? 'text/plain' : 'application/json', ...recorded.headers });
  response.end(isText ? recorded.body : JSON.stringify(recorded.body));
}

async function read(request: IncomingMessage): Promise<PlayedRequest> {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(request, 'end');
  const { method = '', url = '', headers } = request;
  return { method, path: new URL(url, 'http://player').pathname, headers, body: parse(Buffer.concat(chunks).toString('utf8')) };
}

function parse(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function isTruncated(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'truncated' in body;
}
