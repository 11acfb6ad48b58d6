import { createToken, findBusiness, findInstance, listTokens, revokeToken, type Tenant, type TokenOwner } from '@typelane/db';
import { z } from 'zod';
import { issueToken } from '../access/token.ts';
import { issuedTokenSchema, tokenOf, tokenSchema } from '../answers/tenants.ts';
import type { ApiContext } from '../context.ts';
import { endpoint } from '../endpoint.ts';
import { refusal } from '../errors/refusal.ts';
import type { RefusalCode } from '../errors/table.ts';
import { pathId } from '../requests/fields.ts';
import { newestFirst, newestOf, page } from '../requests/paging.ts';
import { businessInstanceParams, businessParams, businessPath } from './paths.ts';

/** Where the tokens of one scope are found, and whom they speak for. Throws a refusal when that one does not exist. */
type Kind<Params extends z.ZodObject> = {
  path: string;
  /** In the names of the operations. */
  name: string;
  /** Who may issue them. */
  scope: 'admin' | 'business';
  params: Params;
  refusals: RefusalCode[];
  ownerOf(context: ApiContext, tenant: Tenant, params: z.output<Params>): Promise<TokenOwner>;
};

const tag = 'Tokens';

function tokensOf<Params extends z.ZodObject>({ path, name, scope, params, refusals, ownerOf }: Kind<Params>) {
  const create = endpoint({
    method: 'POST',
    path,
    name: `create${name}Token`,
    summary: `Issues a token of scope ${name.toLowerCase()}. It is shown this once.`,
    tag,
    scope,
    params,
    body: z
      .strictObject({ name: z.string().min(1).max(200).default('token'), expiresInDays: z.int().min(1).max(3_650).optional() })
      .prefault({}),
    answers: { 201: { description: 'Issued.', schema: issuedTokenSchema } },
    refusals,
    async handle({ context, tenant, newId, params: given, body: { name: label, expiresInDays = null } }) {
      const owner = await ownerOf(context, tenant, given);
      const { keyId, token, hash } = issueToken(newId);
      const created = await createToken(context.database, { keyId, owner, name: label, hash, expiresInDays });
      return { status: 201, body: { ...tokenOf(created), token } };
    },
  });

  const list = endpoint({
    method: 'GET',
    path,
    name: `list${name}Tokens`,
    summary: `The tokens of scope ${name.toLowerCase()}, newest first, revoked and expired ones too.`,
    tag,
    scope,
    params,
    query: z.strictObject(newestFirst(z.uuid())),
    answers: { 200: { description: 'A page of them. The `Link` header leads to the next.', schema: z.array(tokenSchema) } },
    refusals,
    async handle({ context, tenant, params: given, query, url }) {
      const found = await listTokens(context.database, await ownerOf(context, tenant, given), newestOf(query));
      const { rows, headers } = page(found, query.limit, url, (last) => [last.createdAt.toISOString(), last.keyId]);
      return { status: 200, body: rows.map(tokenOf), headers };
    },
  });

  const revoke = endpoint({
    method: 'DELETE',
    path: `${path}/:keyId`,
    name: `revoke${name}Token`,
    summary: `Revokes a token of scope ${name.toLowerCase()}, at once.`,
    tag,
    scope,
    params: params.extend({ keyId: pathId }),
    answers: { 200: { description: 'Revoked.', schema: tokenSchema } },
    refusals: [...refusals, 'TOKEN_NOT_FOUND'],
    async handle({ context, tenant, params: given }) {
      const owner = await ownerOf(context, tenant, params.parse(given));
      const revoked = await revokeToken(context.database, owner, pathId.parse(given['keyId']));
      if (!revoked) throw refusal('TOKEN_NOT_FOUND');
      return { status: 200, body: tokenOf(revoked) };
    },
  });

  return [create, list, revoke];
}

export const tokenEndpoints = [
  ...tokensOf({
    path: '/api/v2/admin/token',
    name: 'Admin',
    scope: 'admin',
    params: z.object({}),
    refusals: [],
    ownerOf: async () => ({ scope: 'admin' }),
  }),
  ...tokensOf({
    path: `${businessPath}/token`,
    name: 'Business',
    scope: 'business',
    params: businessParams,
    refusals: ['BUSINESS_NOT_FOUND'],
    async ownerOf({ database }, tenant, { businessId }) {
      if (!(await findBusiness(database, tenant, businessId))) throw refusal('BUSINESS_NOT_FOUND');
      return { scope: 'business', businessId };
    },
  }),
  ...tokensOf({
    path: `${businessPath}/instance/:instanceId/token`,
    name: 'Instance',
    scope: 'business',
    params: businessInstanceParams,
    refusals: ['INSTANCE_NOT_FOUND'],
    async ownerOf({ database }, tenant, { businessId, instanceId }) {
      const instance = await findInstance(database, tenant, instanceId);
      if (instance?.businessId !== businessId) throw refusal('INSTANCE_NOT_FOUND');
      return { scope: 'instance', businessId, instanceId };
    },
  }),
];
