import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Heard } from './heard.ts';
import type { Mood } from './moods.ts';
import type { TypebotError } from './typebot-error.ts';

export type Answer = { status: number; headers: Record<string, string>; body: string };

/** One request on its way through the fake. */
export type Exchange = {
  heard: Heard;
  request: IncomingMessage;
  response: ServerResponse;
  /** Lets the flow go on. Null: there will never be an answer. */
  process: () => Answer | null;
  /** The session may take another request. */
  release: () => void;
  later: (ms: number, act: () => void) => void;
  loseSession: () => void;
  writeError: (error: TypebotError) => Answer;
};

/** Answers as Typebot does. */
export function behave(exchange: Exchange): void {
  const answer = exchange.process();
  if (answer) send(exchange, answer);
}

/** Releases the session first: a client may send its next request as soon as it has read the answer. */
function send(exchange: Exchange, answer: Answer): void {
  exchange.release();
  write(exchange, answer);
}

function write({ response, heard }: Exchange, { status, headers, body }: Answer): void {
  heard.status = status;
  if (response.destroyed) return;
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

export function misbehave(mood: Mood, exchange: Exchange): void {
  switch (mood.type) {
    case 'hang':
      return hang(mood, exchange);
    case 'delay':
      return exchange.later(mood.ms, () => (mood.then ? misbehave(mood.then, exchange) : behave(exchange)));
    case 'keepWorking':
      return keepWorking(mood.ms, exchange);
    case 'answer':
      return insteadOfAnswer(exchange, { headers: {}, ...mood }, mood.processed);
    case 'error':
      return insteadOfAnswer(exchange, exchange.writeError(mood.error), mood.processed);
    case 'loseSession':
      exchange.loseSession();
      return behave(exchange);
    case 'redirect': {
      const location = mood.to === 'itself' ? (exchange.request.url ?? '/') : mood.to.href;
      return send(exchange, { status: mood.status, headers: { location }, body: '' });
    }
    case 'truncate':
      return truncate(mood.at, exchange);
    case 'drip':
      return drip(mood, exchange);
    case 'raw':
      return raw(mood, exchange);
    case 'huge':
      return insteadOfAnswer(exchange, hugeAnswer(mood.bytes), true);
    case 'reset':
      if (mood.at === 'afterProcessing') exchange.process();
      return reset(exchange);
  }
}

export function reset(exchange: Exchange): void {
  exchange.release();
  exchange.response.socket?.resetAndDestroy();
}

function hang({ processed, busyMs }: Mood & { type: 'hang' }, exchange: Exchange): void {
  if (processed) exchange.process();
  if (busyMs !== undefined) return exchange.later(busyMs, exchange.release);
  if (exchange.response.destroyed) return exchange.release();
  exchange.response.once('close', exchange.release);
}

function keepWorking(ms: number, exchange: Exchange): void {
  const answer = exchange.process();
  if (!answer) return;
  write(exchange, answer);
  exchange.later(ms, exchange.release);
}

function insteadOfAnswer(exchange: Exchange, answer: Answer, processed = false): void {
  if (processed && !exchange.process()) return;
  send(exchange, answer);
}

function truncate(at: 'json' | 'contentLength' | 'chunk', exchange: Exchange): void {
  const answer = exchange.process();
  if (!answer) return;
  const half = answer.body.slice(0, Math.ceil(answer.body.length / 2));
  if (at === 'json') return send(exchange, { ...answer, body: half });
  begin(exchange, answer, at === 'contentLength');
  exchange.response.write(half, () => exchange.response.destroy());
}

function drip({ bytes, everyMs }: Mood & { type: 'drip' }, exchange: Exchange): void {
  const answer = exchange.process();
  if (!answer) return;
  const body = Buffer.from(answer.body);
  begin(exchange, answer, true);
  const writeFrom = (start: number) => {
    const { response } = exchange;
    if (response.destroyed) return;
    if (start >= body.length) {
      response.end();
      return;
    }
    response.write(body.subarray(start, start + bytes));
    exchange.later(everyMs, () => writeFrom(start + bytes));
  };
  writeFrom(0);
}

function raw({ text, everyMs, processed }: Mood & { type: 'raw' }, { process, release, response, later }: Exchange): void {
  if (processed) process();
  release();
  const { socket } = response;
  if (everyMs === undefined) return void socket?.end(text);
  const writeFrom = (at: number): void => {
    if (!socket || socket.destroyed) return;
    if (at >= text.length) return void socket.end();
    socket.write(text.charAt(at));
    later(everyMs, () => writeFrom(at + 1));
  };
  writeFrom(0);
}

/** The head alone. Processing is over by then: the session is released. */
function begin({ release, heard, response }: Exchange, { status, headers, body }: Answer, withLength: boolean): void {
  release();
  heard.status = status;
  response.writeHead(status, { ...headers, ...(withLength && { 'content-length': Buffer.byteLength(body) }) });
}

function hugeAnswer(bytes: number): Answer {
  const richText = [{ type: 'p', children: [{ text: 'x'.repeat(bytes) }] }];
  const messages = [{ id: 'huge', type: 'text', content: { type: 'richText', richText } }];
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ messages }) };
}
