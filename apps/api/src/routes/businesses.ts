import { randomUUID } from 'node:crypto';
import { createBusiness, findBusiness, listBusinesses } from '@typelane/db';
import { z } from 'zod';
import { businessOf, businessSchema } from '../answers/tenants.ts';
import { endpoint } from '../endpoint.ts';
import { refusal } from '../errors/refusal.ts';
import { pathId } from '../requests/fields.ts';
import { newestFirst, newestOf, page } from '../requests/paging.ts';
import { businessParams } from './paths.ts';

const path = '/api/v2/admin/business';
const about = { tag: 'Businesses', scope: 'admin' } as const;

const create = endpoint({
  ...about,
  method: 'POST',
  path,
  name: 'createBusiness',
  summary: 'Creates a business.',
  body: z.strictObject({ name: z.string().min(1).max(200), businessId: pathId.optional().describe('Default: a new uuid.') }),
  answers: { 201: { description: 'Created.', schema: businessSchema } },
  refusals: ['BUSINESS_EXISTS'],
  async handle({ context, body: { name, businessId = randomUUID() } }) {
    const created = await createBusiness(context.database, { businessId, name });
    if (!created) throw refusal('BUSINESS_EXISTS');
    return { status: 201, body: businessOf(created) };
  },
});

const list = endpoint({
  ...about,
  method: 'GET',
  path,
  name: 'listBusinesses',
  summary: 'All businesses, newest first.',
  query: z.strictObject(newestFirst()),
  answers: { 200: { description: 'A page of them. The `Link` header leads to the next.', schema: z.array(businessSchema) } },
  refusals: [],
  async handle({ context, query, url }) {
    const found = await listBusinesses(context.database, newestOf(query));
    const { rows, headers } = page(found, query.limit, url, (last) => [last.createdAt.toISOString(), last.businessId]);
    return { status: 200, body: rows.map(businessOf), headers };
  },
});

const show = endpoint({
  ...about,
  method: 'GET',
  path: `${path}/:businessId`,
  name: 'showBusiness',
  summary: 'A business.',
  params: businessParams,
  answers: { 200: { description: 'The business.', schema: businessSchema } },
  refusals: ['BUSINESS_NOT_FOUND'],
  async handle({ context, tenant, params }) {
    const found = await findBusiness(context.database, tenant, params.businessId);
    if (!found) throw refusal('BUSINESS_NOT_FOUND');
    return { status: 200, body: businessOf(found) };
  },
});

export const businessEndpoints = [create, list, show];
