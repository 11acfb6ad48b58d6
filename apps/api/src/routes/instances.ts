import { findBusiness, findInstance, listInstances, registerInstance, removeInstance } from '@typelane/db';
import { z } from 'zod';
import { instanceOf, instanceSchema } from '../answers/tenants.ts';
import { beginClosing } from '../commands/carry-out.ts';
import { endpoint } from '../endpoint.ts';
import { refusal } from '../errors/refusal.ts';
import { pathId } from '../requests/fields.ts';
import { newestFirst, newestOf, page } from '../requests/paging.ts';
import { businessInstanceParams, businessParams, businessPath } from './paths.ts';

const path = `${businessPath}/instance`;
const about = { tag: 'Instances', scope: 'business' } as const;

const register = endpoint({
  ...about,
  method: 'POST',
  path,
  name: 'registerInstance',
  summary: 'Registers an instance with a business.',
  params: businessParams,
  body: z.strictObject({
    instanceId: pathId.describe("The producer's id, unique over all businesses."),
    instanceName: z.string().min(1).max(200).optional(),
  }),
  answers: { 201: { description: 'Registered.', schema: instanceSchema } },
  refusals: ['BUSINESS_NOT_FOUND', 'INSTANCE_UNAVAILABLE'],
  async handle({ context: { database }, tenant, params: { businessId }, body: { instanceId, instanceName = null } }) {
    if (!(await findBusiness(database, tenant, businessId))) throw refusal('BUSINESS_NOT_FOUND');
    const registered = await registerInstance(database, { instanceId, businessId, name: instanceName });
    if (!registered) throw refusal('INSTANCE_UNAVAILABLE');
    return { status: 201, body: instanceOf(registered) };
  },
});

const list = endpoint({
  ...about,
  method: 'GET',
  path,
  name: 'listInstances',
  summary: 'The instances of a business, newest first.',
  params: businessParams,
  query: z.strictObject(newestFirst()),
  answers: { 200: { description: 'A page of them. The `Link` header leads to the next.', schema: z.array(instanceSchema) } },
  refusals: ['BUSINESS_NOT_FOUND'],
  async handle({ context: { database }, tenant, params: { businessId }, query, url }) {
    if (!(await findBusiness(database, tenant, businessId))) throw refusal('BUSINESS_NOT_FOUND');
    const found = await listInstances(database, tenant, businessId, newestOf(query));
    const { rows, headers } = page(found, query.limit, url, (last) => [last.createdAt.toISOString(), last.instanceId]);
    return { status: 200, body: rows.map(instanceOf), headers };
  },
});

const show = endpoint({
  ...about,
  method: 'GET',
  path: `${path}/:instanceId`,
  name: 'showInstance',
  summary: 'An instance.',
  params: businessInstanceParams,
  answers: { 200: { description: 'The instance.', schema: instanceSchema } },
  refusals: ['INSTANCE_NOT_FOUND'],
  async handle({ context: { database }, tenant, params: { businessId, instanceId } }) {
    const found = await findInstance(database, tenant, instanceId);
    if (found?.businessId !== businessId) throw refusal('INSTANCE_NOT_FOUND');
    return { status: 200, body: instanceOf(found) };
  },
});

const remove = endpoint({
  ...about,
  method: 'DELETE',
  path: `${path}/:instanceId`,
  name: 'removeInstance',
  summary: 'Removes an instance, with its integration, tokens, webhooks and bulk starts.',
  description:
    'Open and paused sessions are closed with reason `integration_removed`. Events that still come end as ignored. The id stays reserved for this business, which may register it again.',
  params: businessInstanceParams,
  answers: { 200: { description: 'The instance as it was.', schema: instanceSchema } },
  refusals: ['INSTANCE_NOT_FOUND'],
  async handle({ context, tenant, params }) {
    const removed = await removeInstance(context.database, tenant, params);
    if (!removed) throw refusal('INSTANCE_NOT_FOUND');
    await beginClosing(context, removed.closing);
    return { status: 200, body: instanceOf(removed.instance) };
  },
});

export const instanceEndpoints = [register, list, show, remove];
