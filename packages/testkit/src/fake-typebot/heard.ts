import type { IncomingHttpHeaders } from 'node:http';
import type { ChatReply } from './engine.ts';
import { isFields } from './fields.ts';

/** One startChat or continueChat that arrived, whatever became of it. */
export type Heard = {
  /** `performance.now()` when its head arrived. */
  at: number;
  /** When the fake had done with it, which may be long after the client gave up. Null: it has not, and maybe never will. */
  endedAt: number | null;
  kind: 'start' | 'continue';
  /** Of a start: the session it made, when it made one. */
  sessionId: string | null;
  /** Of a continue: the bot of its session, when there is such a session. */
  publicId: string | null;
  /** As it was sent, valid or not. Undefined: not sent, or not read. */
  message: unknown;
  /** The `prefilledVariables` of a start. */
  variables: Record<string, unknown> | null;
  headers: IncomingHttpHeaders;
  path: string;
  /** True when the flow went on because of it, also when the answer never left. */
  processed: boolean;
  /** What was answered (or at least begun). Null: nothing. */
  status: number | null;
  /** What Typebot said, also when it was not sent or not whole. Null: the flow did not go on. */
  reply: ChatReply | null;
};

export type Violation =
  /** A session got a request while the fake was still at another one. */
  | { type: 'overlap'; sessionId: string; first: Heard; second: Heard }
  /** A bot script failed. */
  | { type: 'script'; heard: Heard; error: unknown };

/** What was said by a message, for comparing. Null: not a text. */
export function textOf({ message }: Heard): string | null {
  if (typeof message === 'string') return message;
  return isFields(message) && message['type'] === 'text' && typeof message['text'] === 'string' ? message['text'] : null;
}

export type Hearing = {
  heard: Heard[];
  violations: Violation[];
  /** Notes an arrival, and that its session is busy. `overlap`: it was already. */
  arrive: (heard: Heard) => { overlap: boolean };
  /** A start has made its session, which is busy until it is released. */
  occupy: (heard: Heard) => void;
  /** From here on the session may take another request. */
  release: (heard: Heard) => void;
};

/** @param keepsLog false: `heard` stays empty. For long benchmarks. */
export function createHearing(keepsLog: boolean): Hearing {
  const heard: Heard[] = [];
  const violations: Violation[] = [];
  const busy = new Map<string, Heard>();

  function arrive(entry: Heard) {
    if (keepsLog) heard.push(entry);
    if (entry.sessionId === null) return { overlap: false };
    const first = busy.get(entry.sessionId);
    if (first) violations.push({ type: 'overlap', sessionId: entry.sessionId, first, second: entry });
    else busy.set(entry.sessionId, entry);
    return { overlap: first !== undefined };
  }

  function occupy(entry: Heard) {
    if (entry.sessionId !== null) busy.set(entry.sessionId, entry);
  }

  function release(entry: Heard) {
    entry.endedAt ??= performance.now();
    if (entry.sessionId !== null && busy.get(entry.sessionId) === entry) busy.delete(entry.sessionId);
  }

  return { heard, violations, arrive, occupy, release };
}

/** @throws when there is any violation, with all of them in words */
export function assertClean(violations: readonly Violation[]): void {
  if (violations.length === 0) return;
  throw new Error(`the bot was not spoken to as it must be:\n${violations.map(describe).join('\n')}`);
}

function describe(violation: Violation): string {
  if (violation.type === 'script') return `- a script failed: ${String(violation.error)}`;
  const { sessionId, first, second } = violation;
  const end = first.endedAt === null ? 'has not ended' : `ended at ${first.endedAt.toFixed(1)}`;
  return `- session ${sessionId} got ${words(second)} at ${second.at.toFixed(1)} while ${words(first)} of ${first.at.toFixed(1)} was going on (it ${end})`;
}

function words(heard: Heard): string {
  return heard.message === undefined ? 'a request without message' : JSON.stringify(heard.message);
}
