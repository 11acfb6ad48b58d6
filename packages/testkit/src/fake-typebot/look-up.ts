import type { IncomingHttpHeaders } from 'node:http';
import type { Flow } from './compile.ts';
import type { Engine } from './engine.ts';
import type { Answer } from './misbehave.ts';
import { botNotFound, resultNotFound, unauthenticated } from './typebot-error.ts';
import type { TypebotError } from './typebot-error.ts';

/** One look at a result, or at the bot itself, and how it was answered. */
export type Look = { at: number; typebotId: string; resultId: string | null; status: number };

type Wanted = { typebotId: string; resultId: string | null };

export type LookUp = (wanted: Wanted, headers: IncomingHttpHeaders, writeError: (error: TypebotError) => Answer) => Answer;

/** What the builder's API tells of results and bots. `apiToken` null: nobody may read. `fail`: the next looks are answered with 503. */
export function createLookUp(
  { results, flowOf }: Pick<Engine, 'results' | 'flowOf'>,
  apiToken: string | null,
): {
  lookUp: LookUp;
  looks: Look[];
  fail: (times: number) => void;
} {
  const looks: Look[] = [];
  let failures = 0;

  function answerTo(
    { typebotId, resultId }: Wanted,
    { authorization }: IncomingHttpHeaders,
    writeError: (error: TypebotError) => Answer,
  ): Answer {
    if (failures > 0) {
      failures -= 1;
      return { status: 503, headers: {}, body: '' };
    }
    if (apiToken === null || authorization !== `Bearer ${apiToken}`) return writeError(unauthenticated);
    if (resultId === null) {
      const flow = flowOf(typebotId);
      return flow ? found({ typebot: { id: typebotId, groups: groupsOf(flow) } }) : writeError(botNotFound);
    }
    const result = results.find(typebotId, resultId);
    return result ? found({ result: { ...result, ...unread } }) : writeError(resultNotFound);
  }

  return {
    looks,
    fail: (times) => void (failures += times),
    lookUp(wanted, headers, writeError) {
      const answer = answerTo(wanted, headers, writeError);
      looks.push({ at: performance.now(), typebotId: wanted.typebotId, resultId: wanted.resultId, status: answer.status });
      return answer;
    },
  };
}

const unread = { createdAt: '2026-11-22T16:17:29.797Z', variables: [], hasStarted: true, isArchived: false };

function groupsOf({ groups }: Flow): object[] {
  return [...groups.values()].map(({ name, steps }) => ({
    id: name,
    title: name,
    blocks: steps.flatMap((step) => ('id' in step ? [{ id: step.id, type: step.do === 'ask' ? step.type : step.do }] : [])),
  }));
}

function found(body: object): Answer {
  return { status: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
