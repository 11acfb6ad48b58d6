import type { IncomingHttpHeaders } from 'node:http';
import { findToken, type Tenant } from '@typelane/db';
import type { ApiContext } from '../context.ts';
import { refusal } from '../errors/refusal.ts';
import { hasHash, isSameToken, keyIdOf } from './token.ts';

/** Finds the caller by the token of the request. Throws a refusal when the token is missing, unknown, revoked or expired. */
export async function authenticate({ database, config }: ApiContext, headers: IncomingHttpHeaders): Promise<Tenant> {
  const token = tokenOf(headers);
  if (token === null) throw refusal('TOKEN_MISSING');
  if (isSameToken(token, config.operatorToken)) return { scope: 'admin' };
  const keyId = keyIdOf(token);
  const kept = keyId === null ? null : await findToken(database, keyId);
  if (kept === null || !hasHash(token, kept.hash)) throw refusal('TOKEN_INVALID');
  return kept.owner;
}

/** `Authorization` is looked at first; with another scheme than Bearer it counts as absent. */
function tokenOf({ authorization, apikey }: IncomingHttpHeaders): string | null {
  const [, bearer] = /^bearer +(\S+) *$/i.exec(authorization ?? '') ?? [];
  if (bearer !== undefined) return bearer;
  return typeof apikey === 'string' && apikey !== '' ? apikey : null;
}
