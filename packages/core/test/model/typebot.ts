import type { BotCall, BotOutcome } from '../../src/index.ts';
import { bubble, reply, textInput } from '../scenario.ts';
import { times } from './store.ts';

/** How Typebot answers a call. The two lost ones end with the timeout. `lostAfter` was heard, and Typebot is still working on it. */
export type Answer = 'replies' | 'lostBefore' | 'lostAfter' | 'resets' | 'notSent' | 'refused' | 'sessionLost';

/** A request that reached Typebot. `until`: when Typebot has finished it. */
export type Arrival = { seq: number; kind: BotCall['type']; session: string; at: number; until: number; isHeard: boolean };
export type Typebot = {
  arrivals: readonly Arrival[];
  /** Whether it replies to everything from now on. */
  isWell(well: boolean): void;
  ask(call: BotCall, seq: number): { at: number; outcome: BotOutcome };
};

/** Uses `answers` in order, repeatedly. */
export function createTypebot(clock: { now: number }, answers: readonly Answer[], faults: string[]): Typebot {
  const arrivals: Arrival[] = [];
  let calls = 0;
  let isHealthy = false;

  const ask = (call: BotCall, seq: number): { at: number; outcome: BotOutcome } => {
    const answer = isHealthy ? 'replies' : (answers[calls % answers.length] ?? 'replies');
    calls += 1;
    const session = call.type === 'start' ? `tb-${calls}` : call.typebotSessionId;
    const arrives = (isHeard: boolean, ms: number): void => {
      if (arrivals.some((other) => other.session === session && other.until > clock.now))
        faults.push(`I4: two requests at once in ${session}`);
      arrivals.push({ seq, kind: call.type, session, at: clock.now, until: clock.now + ms, isHeard });
    };
    const soon = clock.now + 1_000;
    switch (answer) {
      case 'replies':
        arrives(true, 1_000);
        return { at: soon, outcome: { type: 'replied', reply: answerTo(call, session, seq) } };
      case 'lostBefore':
        arrives(false, times.timeoutMs);
        return { at: clock.now + times.timeoutMs, outcome: { type: 'uncertain', cause: 'timeout' } };
      case 'lostAfter':
        arrives(true, times.timeoutMs + times.quarantineMs - 1);
        return { at: clock.now + times.timeoutMs, outcome: { type: 'uncertain', cause: 'timeout' } };
      case 'resets':
        arrives(true, times.quarantineMs / 2);
        return { at: soon, outcome: { type: 'uncertain', cause: 'connection_reset' } };
      case 'notSent':
        return { at: soon, outcome: { type: 'notSent', cause: 'connection_refused', retryAfterMs: null } };
      case 'refused':
        return { at: soon, outcome: { type: 'refused', cause: 'http_400', status: 400 } };
      case 'sessionLost':
        // Only a session can be lost.
        if (call.type === 'start') return { at: soon, outcome: { type: 'refused', cause: 'http_404', status: 404 } };
        return { at: soon, outcome: { type: 'sessionLost', cause: 'session_not_found' } };
    }
  };
  return { arrivals, isWell: (well) => void (isHealthy = well), ask };
}

function answerTo(call: BotCall, session: string, seq: number) {
  const started = call.type === 'start' ? { typebotSessionId: session, resultId: null, typebotId: null, typing: { enabled: false } } : null;
  return reply({ bubbles: [bubble(`answer to ${seq}`)], input: textInput, started });
}
