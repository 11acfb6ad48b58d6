import { compile } from './compile.ts';
import type { Flow, WireInput } from './compile.ts';
import type { BotScript } from './script.ts';
import { newId, prefill } from './session.ts';
import type { Session } from './session.ts';
import { answer, begin } from './turn.ts';
import type { Turn, TurnMessage } from './turn.ts';
import { createResults, typebotIdOf } from './results.ts';
import type { Results } from './results.ts';
import { botClosed, botNotFound, botSuspended, internalError, originNotAllowed, sessionNotFound } from './typebot-error.ts';
import type { TypebotError } from './typebot-error.ts';
import type { Dialect } from './version.ts';
import type { BubbleFormat, WireAction, WireBubble } from './walk.ts';

export type StartCall = {
  message: TurnMessage | null;
  variables: Record<string, unknown> | null;
  isOnlyRegistering: boolean;
  resultId: string | null;
  format: BubbleFormat;
  origin: string | null;
};

export type ContinueCall = { message: TurnMessage | null; format: BubbleFormat; origin: string | null };

/** The body of a 200. */
export type ChatReply = {
  sessionId?: string;
  resultId?: string;
  typebot?: Record<string, unknown>;
  lastMessageNewFormat?: string;
  messages: WireBubble[];
  input?: WireInput;
  clientSideActions?: WireAction[];
  logs?: Record<string, unknown>[];
};

export type Result =
  | { type: 'reply'; sessionId: string; body: ChatReply }
  | { type: 'error'; error: TypebotError }
  /** No answer will ever come. The session is known when the call was to one. */
  | { type: 'endless' };

export type Engine = {
  start: (publicId: string, call: StartCall) => Result;
  continue: (sessionId: string, call: ContinueCall) => Result;
  sessions: Map<string, Session>;
  results: Results;
  /** By the builder's id. */
  flowOf: (typebotId: string) => Flow | null;
  /** Publishes another flow, or takes the bot away. Running sessions keep the flow they have. */
  setBot: (publicId: string, script: BotScript | null) => void;
};

/** Sessions and their life: what Typebot keeps in its database. Nothing of a failed call is kept. */
export function createEngine(bots: Readonly<Record<string, BotScript>>, dialect: Dialect): Engine {
  const flows = new Map(Object.entries(bots).map(([publicId, script]) => [publicId, compile(publicId, script)]));
  const sessions = new Map<string, Session>();
  const results = createResults(dialect);
  const remembered = new Map<string, Session['variables']>();

  function start(publicId: string, call: StartCall): Result {
    const flow = flows.get(publicId);
    if (!flow) return { type: 'error', error: botNotFound };
    const refusal = refuseStart(flow.script) ?? refuseOrigin(flow.script, call.origin);
    if (refusal) return { type: 'error', error: refusal };
    const session = newSession(flow, call);
    if (call.isOnlyRegistering) {
      sessions.set(session.id, session);
      return { type: 'reply', sessionId: session.id, body: { sessionId: session.id, typebot: describe(flow), messages: [] } };
    }
    results.open(session);
    const turn = begin(session, call.message, { format: call.format, dialect, answersNow: false });
    results.save(session, turn.saved);
    if (turn.type === 'error' || turn.type === 'endless') return turn;
    commit(session, turn);
    sessions.set(session.id, session);
    return { type: 'reply', sessionId: session.id, body: startBody(session, turn) };
  }

  function continueChat(sessionId: string, call: ContinueCall): Result {
    const session = sessions.get(sessionId);
    if (!session) return { type: 'error', error: sessionNotFound };
    const refusal = refuseOrigin(session.flow.script, call.origin);
    if (refusal) return { type: 'error', error: refusal };
    const { message, format } = call;
    const starts = session.position === null && message?.type !== 'command';
    const turn = starts ? begin(session, message, { format, dialect, answersNow: true }) : answer(session, message, { format, dialect });
    if (starts) results.open(session);
    results.save(session, turn.saved);
    if (turn.type === 'error' || turn.type === 'endless') return turn;
    commit(session, turn);
    if (session.position === null) sessions.delete(sessionId);
    return { type: 'reply', sessionId, body: saidIn(turn) };
  }

  function newSession(flow: Flow, { resultId, variables }: StartCall): Session {
    const known = resultId !== null && remembersUsers(flow) ? remembered.get(resultId) : undefined;
    return {
      id: newId(),
      flow,
      resultId: known && resultId ? resultId : newId(),
      variables: prefill({ ...flow.blank, ...known }, variables),
      position: null,
    };
  }

  function commit(session: Session, turn: Kept) {
    const { variables, position } = outcomeOf(turn);
    session.variables = variables;
    session.position = position;
    results.settle(session);
    if (remembersUsers(session.flow)) remembered.set(session.resultId, variables);
  }

  return {
    start,
    continue: continueChat,
    sessions,
    results,
    flowOf: (typebotId) => [...flows.values()].find((flow) => typebotIdOf(flow) === typebotId) ?? null,
    setBot: (publicId, script) => void (script ? flows.set(publicId, compile(publicId, script)) : flows.delete(publicId)),
  };
}

type Kept = Exclude<Turn, { type: 'error' } | { type: 'endless' }>;

function outcomeOf(turn: Kept): Pick<Session, 'variables' | 'position'> {
  if (turn.type === 'retry') return turn;
  if (turn.type === 'nothing') return { variables: turn.variables, position: null };
  const { variables, stop } = turn.walk;
  return { variables, position: 'position' in stop ? stop.position : null };
}

function refuseStart({ availability = 'open', settings }: BotScript): TypebotError | null {
  if (availability === 'closed') return botClosed(settings?.general?.systemMessages?.botClosed);
  if (availability === 'suspended') return botSuspended;
  return availability === 'corrupt' ? internalError() : null;
}

function refuseOrigin({ allowedOrigins }: BotScript, origin: string | null): TypebotError | null {
  return allowedOrigins && origin !== null && !allowedOrigins.includes(origin) ? originNotAllowed : null;
}

function remembersUsers({ script }: Flow): boolean {
  return script.settings?.general?.rememberUser?.isEnabled === true;
}

function describe({ publicId, script }: Flow): Record<string, unknown> {
  return { id: typebotIdOf({ publicId }), version: '6.1', theme: script.theme ?? {}, settings: script.settings ?? {} };
}

const publishedAt = '2026-11-22T16:17:29.797Z';

function startBody({ id, flow, resultId }: Session, turn: Kept): ChatReply {
  const { clientSideActions, logs, ...said } = saidIn(turn);
  const isGoingOn = said.input !== undefined || clientSideActions?.some((action) => action.expectsDedicatedReply);
  return {
    sessionId: id,
    ...(isGoingOn && { resultId }),
    typebot: { ...describe(flow), publishedAt },
    ...said,
    ...(clientSideActions && clientSideActions.length > 0 && { clientSideActions }),
    ...(logs && logs.length > 0 && { logs }),
  };
}

function saidIn(turn: Kept): ChatReply {
  if (turn.type === 'retry') return { messages: [turn.bubble], input: turn.input };
  const newFormat = turn.newFormat === undefined ? {} : { lastMessageNewFormat: turn.newFormat };
  if (turn.type === 'nothing') return { ...newFormat, messages: [] };
  const { bubbles, stop, actions, logs } = turn.walk;
  return { ...newFormat, messages: bubbles, ...(stop.at === 'input' && { input: stop.input }), clientSideActions: actions, logs };
}
