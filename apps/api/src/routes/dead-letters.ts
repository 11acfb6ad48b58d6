import { findDeadLetter, findInstance, type LetterOwner, listDeadLetters } from '@typelane/db';
import { z } from 'zod';
import { deadLetterDetailOf, deadLetterDetailSchema, deadLetterOf, deadLetterSchema, letterStatuses } from '../answers/dead-letter.ts';
import type { ApiContext } from '../context.ts';
import { settleLetter, type Settling } from '../dead-letters/settle.ts';
import { endpoint } from '../endpoint.ts';
import { refusal } from '../errors/refusal.ts';
import { pathId } from '../requests/fields.ts';
import { newestFirst, newestOf, page } from '../requests/paging.ts';
import { settleDeadLetters } from './dead-letters-bulk.ts';
import { deadLettersPath, instanceParams } from './paths.ts';

const ofInstance = { tag: 'Dead letters', scope: 'instance' } as const;
const ofNobody = { tag: 'Dead letters', scope: 'admin' } as const;
const nobodysPath = '/api/v2/admin/dead-letters';
const nobody: LetterOwner = { type: 'none' };

const letterParams = z.object({ instanceId: pathId, deadLetterId: pathId });
const nobodysParams = z.object({ deadLetterId: pathId });
const filters = z.strictObject({
  status: z.enum(letterStatuses).default('open'),
  reason: z.string().max(200).optional().describe('One reason, such as `invalid_event`.'),
  ...newestFirst(z.uuid()),
});
const letters = { 200: { description: 'A page of them. The `Link` header leads to the next.', schema: z.array(deadLetterSchema) } };
const letter = { 200: { description: 'The letter.', schema: deadLetterDetailSchema } };
const settled = { 200: { description: 'Done. The letter as it stands.', schema: deadLetterDetailSchema } };
const action = z.enum(['redrive', 'discard']);

const list = endpoint({
  ...ofInstance,
  method: 'GET',
  path: deadLettersPath,
  name: 'listDeadLetters',
  summary: 'Events of an instance that were given up, newest first.',
  params: instanceParams,
  query: filters,
  answers: letters,
  refusals: ['INSTANCE_NOT_FOUND'],
  async handle({ context, tenant, params: { instanceId }, query, url }) {
    if (!(await findInstance(context.database, tenant, instanceId))) throw refusal('INSTANCE_NOT_FOUND');
    return pageOf(context, { type: 'instance', tenant, instanceId }, query, url);
  },
});

const show = endpoint({
  ...ofInstance,
  method: 'GET',
  path: `${deadLettersPath}/:deadLetterId`,
  name: 'showDeadLetter',
  summary: 'A dead letter with what it holds.',
  params: letterParams,
  answers: letter,
  refusals: ['DEAD_LETTER_NOT_FOUND'],
  async handle({ context, tenant, params: { instanceId, deadLetterId } }) {
    return detailOf(context, { type: 'instance', tenant, instanceId }, deadLetterId);
  },
});

const settle = endpoint({
  ...ofInstance,
  method: 'POST',
  path: `${deadLettersPath}/:deadLetterId`,
  name: 'settleDeadLetter',
  summary: 'Redrives a dead letter, or discards it.',
  description:
    'Redriving puts the same event to the tail of its chat, where it takes its turn like a new message and is not too old. What died before it stood in a chat is read again and, if it can be taken now, published again. Refused when the bot has heard newer messages of the chat, or is about to, since it would be an answer to an old question: `force` redrives all the same. Either is done once.',
  params: letterParams,
  body: z.strictObject({ action, force: z.boolean().default(false) }),
  answers: settled,
  refusals: ['DEAD_LETTER_NOT_FOUND', 'DEAD_LETTER_SETTLED', 'DEAD_LETTER_UNREADABLE', 'NEWER_MESSAGES', 'QUEUE_UNAVAILABLE'],
  async handle({ context, tenant, params: { instanceId, deadLetterId }, body }) {
    return settleOne(context, { type: 'instance', tenant, instanceId }, deadLetterId, body);
  },
});

const listNobodys = endpoint({
  ...ofNobody,
  method: 'GET',
  path: nobodysPath,
  name: 'listUnownedDeadLetters',
  summary: 'Dead letters that belong to no registered instance, newest first.',
  description: 'Most are jobs that could not be read, so that nobody knows whose they are.',
  query: filters,
  answers: letters,
  refusals: [],
  handle: ({ context, query, url }) => pageOf(context, nobody, query, url),
});

const showNobodys = endpoint({
  ...ofNobody,
  method: 'GET',
  path: `${nobodysPath}/:deadLetterId`,
  name: 'showUnownedDeadLetter',
  summary: 'A dead letter of no registered instance with what it holds.',
  params: nobodysParams,
  answers: letter,
  refusals: ['DEAD_LETTER_NOT_FOUND'],
  handle: ({ context, params: { deadLetterId } }) => detailOf(context, nobody, deadLetterId),
});

const settleNobodys = endpoint({
  ...ofNobody,
  method: 'POST',
  path: `${nobodysPath}/:deadLetterId`,
  name: 'settleUnownedDeadLetter',
  summary: 'Redrives a dead letter of no registered instance, or discards it.',
  description: 'Redriving reads it again and, if it can be taken now, publishes it again.',
  params: nobodysParams,
  body: z.strictObject({ action }),
  answers: settled,
  refusals: ['DEAD_LETTER_NOT_FOUND', 'DEAD_LETTER_SETTLED', 'DEAD_LETTER_UNREADABLE', 'QUEUE_UNAVAILABLE'],
  // No bot has heard anybody of an instance that is not registered.
  handle: ({ context, params: { deadLetterId }, body }) => settleOne(context, nobody, deadLetterId, { ...body, force: true }),
});

export const deadLetterEndpoints = [list, show, settle, settleDeadLetters, listNobodys, showNobodys, settleNobodys];

async function pageOf({ database }: ApiContext, owner: LetterOwner, query: z.infer<typeof filters>, url: string) {
  const found = await listDeadLetters(database, owner, query, newestOf(query));
  const { rows, headers } = page(found, query.limit, url, (last) => [last.createdAt.toISOString(), last.deadLetterId]);
  return { status: 200 as const, body: rows.map(deadLetterOf), headers };
}

async function detailOf({ database }: ApiContext, owner: LetterOwner, deadLetterId: string) {
  const found = await findDeadLetter(database, owner, deadLetterId);
  if (!found) throw refusal('DEAD_LETTER_NOT_FOUND');
  return { status: 200 as const, body: deadLetterDetailOf(found) };
}

async function settleOne(context: ApiContext, owner: LetterOwner, deadLetterId: string, settling: Settling) {
  const found = await findDeadLetter(context.database, owner, deadLetterId);
  if (!found) throw refusal('DEAD_LETTER_NOT_FOUND');
  await settleLetter(context, found, settling);
  return detailOf(context, owner, deadLetterId);
}
