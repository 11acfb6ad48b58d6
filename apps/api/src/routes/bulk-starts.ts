import { parseJid } from '@typelane/core';
import {
  type BulkStart,
  bulkOutcomes,
  changeBulkStart,
  createBulkStart,
  findBulkStart,
  findIntegration,
  listBulkContacts,
  listBulkStarts,
  progressOf,
} from '@typelane/db';
import { z } from 'zod';
import {
  bulkContactOf,
  bulkContactSchema,
  bulkStartDetailOf,
  bulkStartDetailSchema,
  bulkStartOf,
  bulkStartSchema,
} from '../answers/bulk-start.ts';
import type { ApiContext } from '../context.ts';
import { endpoint } from '../endpoint.ts';
import { refusal } from '../errors/refusal.ts';
import { pathId, publicId } from '../requests/fields.ts';
import { inOrder, newestFirst, newestOf, page } from '../requests/paging.ts';
import { startVariables, writableChat } from '../requests/start.ts';
import { instanceParams, integrationPath } from './paths.ts';

const path = `${integrationPath}/bulk-start`;
const about = { tag: 'Bulk starts', scope: 'instance' } as const;
const bulkParams = z.object({ instanceId: pathId, bulkStartId: pathId });
const contactsMax = 10_000;

const contacts = z
  .array(z.strictObject({ keyRemoteJid: writableChat, variables: startVariables.default({}).describe("This contact's own variables.") }))
  .min(1)
  .max(contactsMax)
  .superRefine((all, context) => {
    const first = new Map<string, number>();
    for (const [index, { keyRemoteJid }] of all.entries()) {
      const name = parseJid(keyRemoteJid)?.jid ?? keyRemoteJid;
      const before = first.get(name);
      if (before === undefined) first.set(name, index);
      else
        context.addIssue({
          code: 'custom',
          path: [index, 'keyRemoteJid'],
          input: keyRemoteJid,
          message: `another contact than \`contacts.${before}\``,
        });
    }
  });

const create = endpoint({
  ...about,
  method: 'POST',
  path,
  name: 'createBulkStart',
  summary: 'Starts the bot towards many chats, so many a minute.',
  description:
    'The list is kept, so it goes on after a restart, and goes on at its pace. A chat with an open session, or one that a human holds, is refused unless `force`.',
  params: instanceParams,
  bodySizeBytesMax: 4 * 1_024 * 1_024,
  body: z.strictObject({
    contacts: contacts.describe(`1 to ${contactsMax} contacts, each once.`),
    perMinute: z.int().min(1).max(3_000).default(20).describe('Contacts started a minute, at most.'),
    publicId: publicId.optional().describe("Another bot of the integration's viewer."),
    variables: startVariables.default({}).describe("Prefilled variables of the bot; a contact's own win."),
    startMessage: z.string().min(1).max(4_096).optional().describe("Taken as each contact's first message."),
    force: z.boolean().default(false).describe('Also where a session is open or a human holds the chat: that session is closed.'),
  }),
  answers: { 201: { description: 'The list is kept and begins.', schema: bulkStartDetailSchema } },
  refusals: ['INTEGRATION_NOT_FOUND', 'INTEGRATION_DISABLED'],
  async handle({ context: { database }, tenant, newId, params: { instanceId }, body }) {
    const integration = await findIntegration(database, tenant, instanceId);
    if (!integration) throw refusal('INTEGRATION_NOT_FOUND');
    if (!integration.enabled) throw refusal('INTEGRATION_DISABLED');
    const { publicId: bot = null, startMessage = null, ...wanted } = body;
    const list = await createBulkStart(database, { bulkStartId: newId, instanceId, publicId: bot, startMessage, ...wanted });
    return { status: 201, body: bulkStartDetailOf(list, await progressOf(database.sql, list.bulkStartId)) };
  },
});

const list = endpoint({
  ...about,
  method: 'GET',
  path,
  name: 'listBulkStarts',
  summary: 'The lists of an instance, newest first.',
  params: instanceParams,
  query: z.strictObject(newestFirst(z.uuid())),
  answers: { 200: { description: 'A page of them. The `Link` header leads to the next.', schema: z.array(bulkStartSchema) } },
  refusals: ['INTEGRATION_NOT_FOUND'],
  async handle({ context: { database }, tenant, params: { instanceId }, query, url }) {
    if (!(await findIntegration(database, tenant, instanceId))) throw refusal('INTEGRATION_NOT_FOUND');
    const found = await listBulkStarts(database, tenant, instanceId, newestOf(query));
    const { rows, headers } = page(found, query.limit, url, (last) => [last.createdAt.toISOString(), last.bulkStartId]);
    return { status: 200, body: rows.map(bulkStartOf), headers };
  },
});

const show = endpoint({
  ...about,
  method: 'GET',
  path: `${path}/:bulkStartId`,
  name: 'showBulkStart',
  summary: 'The progress of a list.',
  params: bulkParams,
  answers: { 200: { description: 'The list and how many contacts are in each state.', schema: bulkStartDetailSchema } },
  refusals: ['BULK_START_NOT_FOUND'],
  async handle({ context: { database }, tenant, params }) {
    const found = await findBulkStart(database, tenant, params.instanceId, params.bulkStartId);
    if (!found) throw refusal('BULK_START_NOT_FOUND');
    return { status: 200, body: await detail(database, found) };
  },
});

const listContacts = endpoint({
  ...about,
  method: 'GET',
  path: `${path}/:bulkStartId/contact`,
  name: 'listBulkStartContacts',
  summary: 'The outcome of each contact of a list.',
  params: bulkParams,
  query: z.strictObject({ outcome: z.enum(bulkOutcomes).optional(), ...inOrder }),
  answers: { 200: { description: 'A page of them. The `Link` header leads to the next.', schema: z.array(bulkContactSchema) } },
  refusals: ['BULK_START_NOT_FOUND'],
  async handle({ context: { database }, tenant, params, query: { outcome = null, limit, cursor }, url }) {
    const found = await findBulkStart(database, tenant, params.instanceId, params.bulkStartId);
    if (!found) throw refusal('BULK_START_NOT_FOUND');
    const asked = { outcome, limit: limit + 1, after: cursor?.[0] ?? 0 };
    const { rows, headers } = page(await listBulkContacts(database.sql, found.bulkStartId, asked), limit, url, (last) => [last.place]);
    return { status: 200, body: rows.map(bulkContactOf), headers };
  },
});

const statuses = { pause: 'paused', resume: 'running', cancel: 'cancelled' } as const;

const change = endpoint({
  ...about,
  method: 'PATCH',
  path: `${path}/:bulkStartId`,
  name: 'changeBulkStart',
  summary: 'Pauses, resumes or cancels a list.',
  description: 'Starts that were already ordered are still carried out.',
  params: bulkParams,
  body: z.strictObject({ action: z.enum(['pause', 'resume', 'cancel']) }),
  answers: { 200: { description: 'The current state of the list.', schema: bulkStartDetailSchema } },
  refusals: ['BULK_START_NOT_FOUND', 'BULK_START_OVER'],
  async handle({ context: { database }, tenant, params, body: { action } }) {
    const found = await findBulkStart(database, tenant, params.instanceId, params.bulkStartId);
    if (!found) throw refusal('BULK_START_NOT_FOUND');
    const changed = await changeBulkStart(database, found.bulkStartId, statuses[action]);
    if (!changed) throw refusal('BULK_START_OVER');
    return { status: 200, body: await detail(database, changed) };
  },
});

export const bulkStartEndpoints = [create, list, show, listContacts, change];

async function detail({ sql }: ApiContext['database'], found: BulkStart) {
  return bulkStartDetailOf(found, await progressOf(sql, found.bulkStartId));
}
