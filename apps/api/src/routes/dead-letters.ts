import { findDeadLetter, findInstance, type LetterOwner, listDeadLetters } from '@typelane/db';
import { z } from 'zod';
import { deadLetterDetailOf, deadLetterDetailSchema, deadLetterOf, deadLetterSchema, deadLetterStatuses } from '../answers/dead-letter.ts';
import type { ApiContext } from '../context.ts';
import { settleDeadLetter, type Settling } from '../dead-letters/settle.ts';
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
  status: z.enum(deadLetterStatuses).default('open'),
  reason: z.string().max(200).optional().describe('One reason, such as `invalid_event`.'),
  ...newestFirst(z.uuid()),
});
const letters = { 200: { description: 'A page of them. The `Link` header leads to the next.', schema: z.array(deadLetterSchema) } };
const letter = { 200: { description: 'The dead letter.', schema: deadLetterDetailSchema } };
const settled = { 200: { description: 'Done. The current state of the dead letter.', schema: deadLetterDetailSchema } };
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
  summary: 'A dead letter with its payload.',
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
  summary: 'Redrives or discards a dead letter.',
  description:
    'Redriving appends the same event to the queue of its chat, where it is handled like a new message and never counts as stale. An event that was rejected at ingest is parsed again and, if it is valid now, published again. Redriving is refused when the bot has received newer messages of the chat, or is about to, since the event would answer an old question; `force` redrives it anyway. A dead letter can be settled once.',
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
  description: 'Most are jobs that could not be parsed, so their instance is unknown.',
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
  summary: 'A dead letter of no registered instance, with its payload.',
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
  summary: 'Redrives or discards a dead letter of no registered instance.',
  description: 'Redriving parses it again and, if it is valid now, publishes it again.',
  params: nobodysParams,
  body: z.strictObject({ action }),
  answers: settled,
  refusals: ['DEAD_LETTER_NOT_FOUND', 'DEAD_LETTER_SETTLED', 'DEAD_LETTER_UNREADABLE', 'QUEUE_UNAVAILABLE'],
  // Forced: an instance that is not registered has no bot that could have received newer messages.
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
  await settleDeadLetter(context, found, settling);
  return detailOf(context, owner, deadLetterId);
}
