import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from './misbehave.ts';
import type { Results } from './results.ts';
import { resultNotFound, unauthenticated } from './typebot-error.ts';
import type { TypebotError } from './typebot-error.ts';

/** One look at a result, and how it was answered. */
export type Look = { at: number; typebotId: string; resultId: string; status: number };

export type LookUp = (
  wanted: { typebotId: string; resultId: string },
  headers: IncomingHttpHeaders,
  writeError: (error: TypebotError) => Answer,
) => Answer;

/** The results API of the builder. `apiToken` null: nobody may read. */
export function createLookUp(results: Results, apiToken: string | null): { lookUp: LookUp; looks: Look[] } {
  const looks: Look[] = [];
  return {
    looks,
    lookUp({ typebotId, resultId }, { authorization }, writeError) {
      const isAllowed = apiToken !== null && authorization === `Bearer ${apiToken}`;
      const result = results.find(typebotId, resultId);
      const answer = !isAllowed ? writeError(unauthenticated) : result ? found(result) : writeError(resultNotFound);
      looks.push({ at: performance.now(), typebotId, resultId, status: answer.status });
      return answer;
    },
  };
}

function found(result: object): Answer {
  const body = JSON.stringify({ result: { ...result, createdAt: '2026-11-22T16:17:29.797Z', variables: [], hasStarted: true, isArchived: false } });
  return { status: 200, headers: { 'content-type': 'application/json' }, body };
}
