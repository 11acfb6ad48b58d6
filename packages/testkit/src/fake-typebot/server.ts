import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Engine, Result } from './engine.ts';
import { isFields } from './fields.ts';
import type { Heard, Hearing } from './heard.ts';
import { behave, misbehave, reset } from './misbehave.ts';
import type { Answer, Exchange } from './misbehave.ts';
import type { LookUp } from './look-up.ts';
import type { MoodSwings } from './moods.ts';
import { errorBody, internalError, unauthenticated } from './typebot-error.ts';
import type { TypebotError } from './typebot-error.ts';
import type { Dialect } from './version.ts';
import { checkContinue, checkStart, readFields, routeOf } from './wire.ts';
import type { Checked, Route } from './wire.ts';

type Parts = { engine: Engine; dialect: Dialect; hearing: Hearing; moodSwings: MoodSwings; latencyMs: number; lookUp: LookUp };
type ChatRoute = Extract<Route, { kind: 'start' | 'continue' }>;
type Call = { heard: Heard; route: ChatRoute; fields: Checked<Record<string, unknown>> };

const json = { 'content-type': 'application/json' };
const plain = { 'content-type': 'text/plain;charset=UTF-8' };

/** Takes requests apart, and hands each to the engine or to a mood. `stop` forgets what was to be done later. */
export function createReceiver(parts: Parts): { receive: RequestListener; stop: () => void } {
  const { engine, dialect, hearing, moodSwings, latencyMs } = parts;
  const timers = new Set<NodeJS.Timeout>();

  function later(ms: number, act: () => void) {
    const timer = setTimeout(() => {
      timers.delete(timer);
      act();
    }, ms);
    timers.add(timer);
  }

  const writeError = (error: TypebotError): Answer => ({ status: error.status, headers: json, body: errorBody(error, dialect) });

  function receive(request: IncomingMessage, response: ServerResponse) {
    const route = routeOf(request.method ?? '', request.url ?? '');
    if (route.kind === 'look') return answerWith(request, response, parts.lookUp(route, request.headers, writeError));
    if (route.kind !== 'start' && route.kind !== 'continue') return answerOther(request, response, route.kind, writeError);
    const heard = hear(route, request, engine);
    const { overlap } = hearing.arrive(heard);
    const call: Call = { heard, route, fields: { ok: true, value: {} } };
    const exchange: Exchange = {
      heard,
      request,
      response,
      process: () => processCall(call, parts, writeError),
      release: () => hearing.release(heard),
      later,
      loseSession: () => void (heard.sessionId !== null && engine.sessions.delete(heard.sessionId)),
      writeError,
    };
    if (moodSwings.take(heard, 'beforeReading')) return reset(exchange);
    readBody(request, exchange.release, (body) => {
      call.fields = readFields(body, request.headers['content-type']);
      remember(heard, call.fields);
      if (overlap)
        return misbehave({ type: 'error', error: { ...internalError(), message: 'Two requests at once on one session' } }, exchange);
      const mood = moodSwings.take(heard, 'afterReading');
      const treat = () => (mood ? misbehave(mood, exchange) : behave(exchange));
      if (latencyMs > 0) later(latencyMs, treat);
      else treat();
    });
  }

  function stop() {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
  }

  return { receive, stop };
}

function hear(route: ChatRoute, request: IncomingMessage, engine: Engine): Heard {
  return {
    at: performance.now(),
    endedAt: null,
    kind: route.kind,
    sessionId: route.sessionId,
    publicId: route.publicId ?? engine.sessions.get(route.sessionId)?.flow.publicId ?? null,
    message: undefined,
    variables: null,
    headers: request.headers,
    path: request.url ?? '',
    processed: false,
    status: null,
    reply: null,
  };
}

function remember(heard: Heard, fields: Call['fields']) {
  if (!fields.ok) return;
  const { message, prefilledVariables } = fields.value;
  heard.message = message;
  if (heard.kind === 'start' && isFields(prefilledVariables)) heard.variables = prefilledVariables;
}

function readBody(request: IncomingMessage, gone: () => void, done: (body: string) => void) {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => done(chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString('utf8')));
  request.on('error', gone);
}

/** Lets the flow go on. Null: never answered; the session stays busy for ever, as the real server does. */
function processCall(call: Call, { engine, dialect, hearing }: Parts, writeError: (error: TypebotError) => Answer): Answer | null {
  const { heard } = call;
  try {
    const result = run(call, engine, dialect);
    if (result.type === 'error') return writeError(result.error);
    if (result.type === 'endless') return null;
    heard.processed = true;
    heard.reply = result.body;
    if (heard.kind === 'start') {
      heard.sessionId = result.sessionId;
      hearing.occupy(heard);
    }
    return { status: 200, headers: json, body: JSON.stringify(result.body) };
  } catch (error) {
    hearing.violations.push({ type: 'script', heard, error });
    return writeError(internalError());
  }
}

function run({ heard, route, fields }: Call, engine: Engine, dialect: Dialect): Result {
  if (!fields.ok) return { type: 'error', error: fields.error };
  const origin = heard.headers.origin ?? null;
  if (route.kind === 'start') {
    const checked = checkStart(fields.value, dialect);
    return checked.ok ? engine.start(route.publicId, { ...checked.value, origin }) : { type: 'error', error: checked.error };
  }
  const checked = checkContinue(fields.value, dialect);
  return checked.ok ? engine.continue(route.sessionId, { ...checked.value, origin }) : { type: 'error', error: checked.error };
}

function answerOther(
  request: IncomingMessage,
  response: ServerResponse,
  kind: 'preview' | 'health' | 'unknown',
  writeError: (error: TypebotError) => Answer,
) {
  const answers = {
    preview: writeError(unauthenticated),
    health: { status: 200, headers: json, body: '{"status":"ok"}' },
    unknown: { status: 404, headers: plain, body: 'Not found' },
  };
  answerWith(request, response, answers[kind]);
}

function answerWith(request: IncomingMessage, response: ServerResponse, { status, headers, body }: Answer) {
  request.resume();
  response.writeHead(status, headers).end(body);
}
