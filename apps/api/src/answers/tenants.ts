import type { Business, Instance, Token } from '@typelane/db';
import { z } from 'zod';

export const businessSchema = z
  .object({ businessId: z.string(), name: z.string(), createdAt: z.iso.datetime(), updatedAt: z.iso.datetime() })
  .meta({ id: 'Business' });

export const instanceSchema = z
  .object({
    instanceId: z.string(),
    name: z.string().nullable(),
    businessId: z.string(),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Instance' });

const tokenFields = {
  keyId: z.uuid(),
  scope: z.enum(['admin', 'business', 'instance']),
  businessId: z.string().nullable(),
  instanceId: z.string().nullable(),
  name: z.string(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime().nullable().describe('Null: never.'),
  revokedAt: z.iso.datetime().nullable(),
};

export const tokenSchema = z.object(tokenFields).meta({ id: 'Token' });

export const issuedTokenSchema = z
  .object({ ...tokenFields, token: z.string().describe('Shown this once; only its hash is kept.') })
  .meta({ id: 'IssuedToken' });

export function businessOf({ businessId, name, createdAt, updatedAt }: Business): z.infer<typeof businessSchema> {
  return { businessId, name, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}

export function instanceOf({ instanceId, businessId, name, createdAt, updatedAt }: Instance): z.infer<typeof instanceSchema> {
  return { instanceId, name, businessId, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}

export function tokenOf({ createdAt, expiresAt, revokedAt, ...token }: Token): z.infer<typeof tokenSchema> {
  return {
    ...token,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
  };
}
