import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A new token. Only its hash is kept, so this is the one time it can be shown. */
export type IssuedToken = { keyId: string; token: string; hash: string };

/** `tl_<key id, 32 hex digits>_<256 random bits, base64url>`. */
export function issueToken(keyId: string): IssuedToken {
  const token = `tl_${keyId.replaceAll('-', '')}_${randomBytes(32).toString('base64url')}`;
  return { keyId, token, hash: digest(token).toString('hex') };
}

/** The key id in a token; null when it is not one of ours. */
export function keyIdOf(token: string): string | null {
  const [, hex] = /^tl_([0-9a-f]{32})_[\w-]{43}$/.exec(token) ?? [];
  return hex ? hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-') : null;
}

/** Compares digests, which are of equal length whatever came, in a time that does not depend on where they differ. */
export function hasHash(token: string, hash: string): boolean {
  const kept = Buffer.from(hash, 'hex');
  const came = digest(token);
  return kept.length === came.length && timingSafeEqual(came, kept);
}

export function isSameToken(token: string, expected: string): boolean {
  return timingSafeEqual(digest(token), digest(expected));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
