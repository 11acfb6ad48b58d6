import { expect, test } from 'vitest';
import { ConfigurationError, readEnv } from './env.ts';
import { createSealer, deriveKey, SealError } from './secrets.ts';

const secretKey = '9f2c4b7d1e8a35606f0d9c8b7a6e5f41';
const sealer = createSealer(secretKey);
const about = 'instance-1:transcription.apiKey';

test.each([['sk-short'], [''], ['clé 🔑 with every letter'], ['x'.repeat(10_000)]])('what was sealed is opened again: %j', (plain) => {
  const sealed = sealer.seal(plain, about);
  expect(sealed).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]+$/);
  if (plain !== '') expect(sealed).not.toContain(plain);
  expect(createSealer(secretKey).open(sealed, about)).toBe(plain);
});

test('the same value is sealed differently each time, so that equal keys of two tenants do not show', () => {
  expect(sealer.seal('sk-1', about)).not.toBe(sealer.seal('sk-1', about));
});

const sealed = sealer.seal('sk-1', about);
const flipped = (at: number) => `${sealed.slice(0, at)}${sealed[at] === 'A' ? 'B' : 'A'}${sealed.slice(at + 1)}`;

test.each<[string, () => string, RegExp]>([
  ["another tenant's value", () => sealer.open(sealed, 'instance-2:transcription.apiKey'), /another owner/],
  ['the value of another field', () => sealer.open(sealed, 'instance-1:typebotApiToken'), /another owner/],
  ['a value under another key', () => createSealer('another key, made of 32 characters').open(sealed, about), /another SECRET_KEY/],
  ['a changed nonce', () => sealer.open(flipped(14), about), /was changed/],
  ['a changed text', () => sealer.open(flipped(32), about), /was changed/],
  ['a changed tag', () => sealer.open(flipped(sealed.length - 4), about), /was changed/],
  ['a value cut short', () => sealer.open(sealed.slice(0, 40), about), /no sealed value/],
  ['a plain text', () => sealer.open('sk-1', about), /no sealed value/],
  ['an empty text', () => sealer.open('', about), /no sealed value/],
])('%s is not opened, and the error does not repeat it', (_what, open, sentence) => {
  expect(open).toThrow(SealError);
  expect(open).toThrow(sentence);
  expect(open).not.toThrow(/sk-1/);
});

test('keys of one secret for different purposes differ, and are the same in every process', () => {
  expect(deriveKey(secretKey, 'seal')).toHaveLength(32);
  expect(deriveKey(secretKey, 'seal')).toEqual(deriveKey(secretKey, 'seal'));
  expect(deriveKey(secretKey, 'media links')).not.toEqual(deriveKey(secretKey, 'seal'));
  expect(deriveKey(`${secretKey}1`, 'seal')).not.toEqual(deriveKey(secretKey, 'seal'));
});

test.each([
  ['nothing', '', /^SECRET_KEY is required: /],
  ['31 characters', '9f2c4b7d1e8a35606f0d9c8b7a6e5f4', /at least 32 characters/],
  ['one character many times', 'a'.repeat(64), /random/],
  ['a word many times', 'secret'.repeat(10), /random/],
  ['a placeholder', 'please-change-me-before-you-go-live', /random/],
  ['a keyboard row', '0123456789abcdef0123456789abcdef', /random/],
  ['a name for itself', 'my-very-long-secret_key-of-production', /random/],
])('%s for SECRET_KEY stops the process with a sentence, which does not repeat it', (_what, value, sentence) => {
  const read = () => readEnv(['SECRET_KEY'], { SECRET_KEY: value });
  expect(read).toThrow(ConfigurationError);
  expect(read).toThrow(sentence);
  if (value !== '') expect(read).not.toThrow(new RegExp(value));
});

test.each([
  ['32 hex digits', secretKey],
  ['base64url', 'Qm9vd_h1-5kVtX0LrN3zYc8pJ7aWgE2fUq6iHs4oDxM'],
])('%s will do for SECRET_KEY', (_what, value) => {
  expect(readEnv(['SECRET_KEY'], { SECRET_KEY: value })).toEqual({ SECRET_KEY: value });
});
