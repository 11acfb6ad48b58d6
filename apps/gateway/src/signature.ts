import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Whether `came` is the hex HMAC of the bytes. Takes as long wherever it differs. */
export function isHexHmac(algorithm: 'sha256' | 'sha512', key: string, raw: Buffer, came: string | undefined): boolean {
  const expected = createHmac(algorithm, key).update(raw).digest();
  const given = Buffer.from(came !== undefined && /^[0-9a-f]+$/i.test(came) ? came : '', 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Compares texts by their digests, which are of equal length whatever came. */
export function isSameSecret(expected: string, came: string | undefined): boolean {
  return timingSafeEqual(digest(expected), digest(came ?? '')) && came !== undefined;
}

/** How the token of a webhook address is kept: it is 256 random bits, so a fast hash is right. */
export function tokenHashOf(token: string): string {
  return digest(token).toString('hex');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
