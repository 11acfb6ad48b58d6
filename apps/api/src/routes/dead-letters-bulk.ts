import { type DeadLetterRecord, findDeadLetter, findInstance, type LetterOwner, openDeadLetters, pickDeadLetters } from '@typelane/db';
import { z } from 'zod';
import { settledDeadLettersSchema } from '../answers/dead-letter.ts';
import type { ApiContext } from '../context.ts';
import { settleDeadLetter, type Settling } from '../dead-letters/settle.ts';
import { endpoint } from '../endpoint.ts';
import { Refusal, refusal } from '../errors/refusal.ts';
import { newestFirst } from '../requests/paging.ts';
import { deadLettersPath, instanceParams } from './paths.ts';

/** Each dead letter is settled in its own transaction, so this limit bounds the time of a request. */
const deadLettersMax = 100;

const body = z
  .strictObject({
    action: z.enum(['redrive', 'discard']),
    reason: z.string().max(200).optional().describe('Only open ones of this reason.'),
    ids: z.array(z.uuid()).min(1).max(deadLettersMax).optional().describe('These, instead of open ones by their reason.'),
    force: z.boolean().default(false),
    cursor: newestFirst(z.uuid()).cursor.describe('The `cursor` of the previous answer.'),
  })
  .refine(
    ({ ids, reason, cursor }) => ids === undefined || (reason === undefined && cursor === undefined),
    'an object with `ids` alone, or without',
  );

export const settleDeadLetters = endpoint({
  method: 'POST',
  path: deadLettersPath,
  name: 'settleDeadLetters',
  summary: 'Redrives or discards many dead letters at once.',
  description: `Up to ${deadLettersMax} open ones, the oldest first, so that messages of one chat keep their order: those of \`ids\`, or of one \`reason\`, or any. A dead letter that is refused does not stop the others.`,
  tag: 'Dead letters',
  scope: 'instance',
  params: instanceParams,
  body,
  answers: { 200: { description: 'The outcome of each.', schema: settledDeadLettersSchema } },
  refusals: ['INSTANCE_NOT_FOUND', 'QUEUE_UNAVAILABLE'],
  async handle({ context, tenant, params: { instanceId }, body: wanted }) {
    if (!(await findInstance(context.database, tenant, instanceId))) throw refusal('INSTANCE_NOT_FOUND');
    const owner: LetterOwner = { type: 'instance', tenant, instanceId };
    const { deadLetters, unknown, cursor } = await chosen(context, owner, wanted);
    const outcomes: Outcome[] = unknown.map((deadLetterId) => refusedAs(deadLetterId, refusal('DEAD_LETTER_NOT_FOUND')));
    // One after another: messages of a chat must keep their order.
    for (const { deadLetterId } of deadLetters) outcomes.push(await settleOne(context, owner, deadLetterId, wanted));
    const settled = outcomes.flatMap((outcome) => (typeof outcome === 'string' ? [outcome] : []));
    const refused = outcomes.flatMap((outcome) => (typeof outcome === 'string' ? [] : [outcome]));
    return { status: 200, body: { settled, refused, cursor } };
  },
});

type Chosen = { deadLetters: DeadLetterRecord[]; unknown: string[]; cursor: string | null };

async function chosen({ database }: ApiContext, owner: LetterOwner, { ids, reason, cursor }: z.output<typeof body>): Promise<Chosen> {
  if (ids) {
    const deadLetters = await pickDeadLetters(database, owner, ids);
    const known = new Set(deadLetters.map(({ deadLetterId }) => deadLetterId));
    return { deadLetters, unknown: [...new Set(ids)].filter((id) => !known.has(id.toLowerCase())), cursor: null };
  }
  const after = cursor ? { createdAt: new Date(cursor[0]), id: cursor[1] } : null;
  const found = await openDeadLetters(database, owner, reason, { limit: deadLettersMax + 1, after });
  const deadLetters = found.slice(0, deadLettersMax);
  const last = deadLetters.at(-1);
  const next = found.length > deadLettersMax && last ? [last.createdAt.toISOString(), last.deadLetterId] : null;
  return { deadLetters, unknown: [], cursor: next && Buffer.from(JSON.stringify(next)).toString('base64url') };
}

/** The id of a dead letter that was settled, or why it was refused. */
type Outcome = string | { deadLetterId: string; code: string; message: string[] };

/** Reads the payload only now: a hundred payloads may not fit into memory at once. */
async function settleOne(context: ApiContext, owner: LetterOwner, deadLetterId: string, settling: Settling): Promise<Outcome> {
  try {
    const deadLetter = await findDeadLetter(context.database, owner, deadLetterId);
    if (!deadLetter) throw refusal('DEAD_LETTER_NOT_FOUND');
    await settleDeadLetter(context, deadLetter, settling);
    return deadLetterId;
  } catch (error) {
    if (error instanceof Refusal && error.statusCode < 500) return refusedAs(deadLetterId, error);
    throw error;
  }
}

function refusedAs(deadLetterId: string, { code, sentences }: Refusal): Outcome {
  return { deadLetterId, code, message: [...sentences] };
}
