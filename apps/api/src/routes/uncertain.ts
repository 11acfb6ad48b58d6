import {
  endUncertain,
  findInstance,
  findUncertain,
  listUncertain,
  repeatUncertain,
  resolveUncertain,
  type UncertainTurn,
} from '@typelane/db';
import { z } from 'zod';
import { resolutions, uncertainTurnOf, uncertainTurnSchema } from '../answers/uncertain-turn.ts';
import { wakeChat } from '../commands/carry-out.ts';
import type { ApiContext } from '../context.ts';
import { endpoint } from '../endpoint.ts';
import { refusal } from '../errors/refusal.ts';
import { pathId } from '../requests/fields.ts';
import { newestFirst, newestOf, page } from '../requests/paging.ts';
import { instanceParams, uncertainPath } from './paths.ts';

const about = { tag: 'Uncertain turns', scope: 'instance' } as const;

const list = endpoint({
  ...about,
  method: 'GET',
  path: uncertainPath,
  name: 'listUncertainTurns',
  summary: 'Turns that Typebot may or may not have received, newest first.',
  params: instanceParams,
  query: z.strictObject({ status: z.enum(['open', 'resolved', 'all']).default('open'), ...newestFirst() }),
  answers: { 200: { description: 'A page of them. The `Link` header leads to the next.', schema: z.array(uncertainTurnSchema) } },
  refusals: ['INSTANCE_NOT_FOUND'],
  async handle({ context: { database }, tenant, params: { instanceId }, query, url }) {
    if (!(await findInstance(database, tenant, instanceId))) throw refusal('INSTANCE_NOT_FOUND');
    const found = await listUncertain(database, tenant, instanceId, query.status, newestOf(query));
    const { rows, headers } = page(found, query.limit, url, (last) => [last.endedAt.toISOString(), last.turnId]);
    return { status: 200, body: rows.map(uncertainTurnOf), headers };
  },
});

const resolve = endpoint({
  ...about,
  method: 'POST',
  path: `${uncertainPath}/:turnId`,
  name: 'resolveUncertainTurn',
  summary: 'Records the outcome of an uncertain turn.',
  description:
    "`processed`: Typebot received it; this is only recorded. `not_processed`: Typebot did not receive it; the contact's messages are appended to the queue of their chat again, unless the bot has received newer ones or is about to (`force` appends them anyway). An operator's order is only recorded and not repeated. `end_session`: its session is closed with reason `error`. A turn can be resolved once.",
  params: z.object({ instanceId: pathId, turnId: pathId }),
  body: z.strictObject({ resolution: z.enum(resolutions), force: z.boolean().default(false) }),
  answers: { 200: { description: 'Recorded. The current state of the turn.', schema: uncertainTurnSchema } },
  refusals: ['UNCERTAIN_TURN_NOT_FOUND', 'UNCERTAIN_TURN_RESOLVED', 'NEWER_MESSAGES'],
  async handle({ context, tenant, params: { instanceId, turnId }, body: { resolution, force } }) {
    const find = () => findUncertain(context.database, tenant, instanceId, turnId);
    const turn = await find();
    if (!turn) throw refusal('UNCERTAIN_TURN_NOT_FOUND');
    const isMine = turn.resolution === null && (await carryOut(context, instanceId, turn, resolution, force));
    const now = (await find()) ?? turn;
    if (!isMine) throw resolvedBefore(now);
    return { status: 200, body: uncertainTurnOf(now) };
  },
});

export const uncertainEndpoints = [list, resolve];

/** False: another caller has already resolved it. */
async function carryOut(
  context: ApiContext,
  instanceId: string,
  turn: UncertainTurn,
  resolution: (typeof resolutions)[number],
  force: boolean,
): Promise<boolean> {
  const { sql } = context.database;
  switch (resolution) {
    case 'processed':
      return resolveUncertain(sql, { ...turn, resolution, by: 'operator' });
    case 'not_processed': {
      const repeated = await repeatUncertain(sql, { ...turn, by: 'operator', force });
      if (repeated.type === 'overtaken') throw refusal('NEWER_MESSAGES');
      if (repeated.type === 'resolved') return false;
      const { conversationId } = repeated;
      if (conversationId !== null) await wakeChat(context, instanceId, [{ conversationId }]);
      return true;
    }
    case 'end_session': {
      const ended = await endUncertain(sql, { ...turn, by: 'operator' });
      if (ended.type === 'resolved') return false;
      if (ended.closing) await wakeChat(context, instanceId, [ended.closing]);
      return true;
    }
  }
}

function resolvedBefore({ resolution, resolvedBy }: UncertainTurn) {
  const who = resolvedBy === 'result' ? "Typebot's results" : 'an operator';
  return refusal('UNCERTAIN_TURN_RESOLVED', [`The turn was resolved as \`${resolution}\` by ${who} before`]);
}
