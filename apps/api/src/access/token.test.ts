import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { hasHash, isSameToken, issueToken, keyIdOf } from './token.ts';

test('a token carries its key id, and its hash is not in it', () => {
  const { keyId, token, hash } = issueToken(randomUUID());
  expect(keyIdOf(token)).toBe(keyId);
  expect(hasHash(token, hash)).toBe(true);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
  expect(token).not.toContain(hash);
});

test('no two tokens are alike', () => {
  expect(new Set(Array.from({ length: 1_000 }, () => issueToken(randomUUID()).token.slice(-43))).size).toBe(1_000);
});

test.each([
  '',
  'tl_',
  'tl__',
  `tl_${'g'.repeat(32)}_${'a'.repeat(43)}`,
  `tl_${'a'.repeat(32)}_${'a'.repeat(42)}`,
  `tl_${'a'.repeat(32)}_${'a'.repeat(44)}`,
  ` ${issueToken(randomUUID()).token}`,
  `${issueToken(randomUUID()).token}\n`,
])('%j is no token of ours', (token) => {
  expect(keyIdOf(token)).toBeNull();
});

test.each(['', 'é', 'x'.repeat(100_000), '\u0000'])('a token of another length is another token, and no error: %#', (token) => {
  expect(isSameToken(token, 'operator-token')).toBe(false);
  expect(hasHash(token, issueToken(randomUUID()).hash)).toBe(false);
});

test('a hash that is none opens nothing', () => {
  expect(hasHash(issueToken(randomUUID()).token, '')).toBe(false);
  expect(hasHash(issueToken(randomUUID()).token, 'not hex')).toBe(false);
});
