import { type DeadLetterRecord, findDeadLetter, findInstance, type LetterOwner, openDeadLetters, pickDeadLetters } from '@typelane/db';
import { z } from 'zod';
import { settledLettersSchema } from '../answers/dead-letter.ts';
import type { ApiContext } from '../context.ts';
import { settleLetter, type Settling } from '../dead-letters/settle.ts';
import { endpoint } from '../endpoint.ts';
import { Refusal, refusal } from '../errors/refusal.ts';
import { newestFirst } from '../requests/paging.ts';
import { deadLettersPath, instanceParams } from './paths.ts';

/** Each is a transaction of its own, and a request must not take for ever. */
const lettersMax = 100;

const body = z
  .strictObject({
    action: z.enum(['redrive', 'discard']),
    reason: z.string().max(200).optional().describe('Only open ones of this reason.'),
    ids: z.array(z.uuid()).min(1).max(lettersMax).optional().describe('These, instead of open ones by their reason.'),
    force: z.boolean().default(false),
    cursor: newestFirst(z.uuid()).cursor.describe('From the answer before, to go on behind it.'),
  })
  .refine(
    ({ ids, reason, cursor }) => ids === undefined || (reason === undefined && cursor === undefined),
    'an object with `ids` alone, or without',
  );

export const settleDeadLetters = endpoint({
  method: 'POST',
  path: deadLettersPath,
  name: 'settleDeadLetters',
  summary: 'Redrives dead letters, or discards them, many at once.',
  description: `Up to ${lettersMax} open ones, the oldest first, so that messages of one chat keep their order: those of \`ids\`, or of one \`reason\`, or any. What cannot be done to one letter keeps none of the others from it.`,
  tag: 'Dead letters',
  scope: 'instance',
  params: instanceParams,
  body,
  answers: { 200: { description: 'What became of each.', schema: settledLettersSchema } },
  refusals: ['INSTANCE_NOT_FOUND', 'QUEUE_UNAVAILABLE'],
  async handle({ context, tenant, params: { instanceId }, body: wanted }) {
    if (!(await findInstance(context.database, tenant, instanceId))) throw refusal('INSTANCE_NOT_FOUND');
    const owner: LetterOwner = { type: 'instance', tenant, instanceId };
    const { letters, unknown, cursor } = await chosen(context, owner, wanted);
    const outcomes: Outcome[] = unknown.map((deadLetterId) => refusedAs(deadLetterId, refusal('DEAD_LETTER_NOT_FOUND')));
    // One after another: a later message of a chat may only stand behind an earlier one.
    for (const { deadLetterId } of letters) outcomes.push(await settleOne(context, owner, deadLetterId, wanted));
    const settled = outcomes.flatMap((outcome) => (typeof outcome === 'string' ? [outcome] : []));
    const refused = outcomes.flatMap((outcome) => (typeof outcome === 'string' ? [] : [outcome]));
    return { status: 200, body: { settled, refused, cursor } };
  },
});

type Chosen = { letters: DeadLetterRecord[]; unknown: string[]; cursor: string | null };

async function chosen({ database }: ApiContext, owner: LetterOwner, { ids, reason, cursor }: z.output<typeof body>): Promise<Chosen> {
  if (ids) {
    const letters = await pickDeadLetters(database, owner, ids);
    const known = new Set(letters.map(({ deadLetterId }) => deadLetterId));
    return { letters, unknown: [...new Set(ids)].filter((id) => !known.has(id.toLowerCase())), cursor: null };
  }
  const after = cursor ? { createdAt: new Date(cursor[0]), id: cursor[1] } : null;
  const found = await openDeadLetters(database, owner, reason, { limit: lettersMax + 1, after });
  const letters = found.slice(0, lettersMax);
  const last = letters.at(-1);
  const next = found.length > lettersMax && last ? [last.createdAt.toISOString(), last.deadLetterId] : null;
  return { letters, unknown: [], cursor: next && Buffer.from(JSON.stringify(next)).toString('base64url') };
}

/** The id of a letter that is settled now, or why it is not. */
type Outcome = string | { deadLetterId: string; code: string; message: string[] };

/** The payload is read here: a hundred of them may not fit into memory at once. */
async function settleOne(context: ApiContext, owner: LetterOwner, deadLetterId: string, settling: Settling): Promise<Outcome> {
  try {
    const letter = await findDeadLetter(context.database, owner, deadLetterId);
    if (!letter) throw refusal('DEAD_LETTER_NOT_FOUND');
    await settleLetter(context, letter, settling);
    return deadLetterId;
  } catch (error) {
    if (error instanceof Refusal && error.statusCode < 500) return refusedAs(deadLetterId, error);
    throw error;
  }
}

function refusedAs(deadLetterId: string, { code, sentences }: Refusal): Outcome {
  return { deadLetterId, code, message: [...sentences] };
}
