import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { isSignedBy, readSignedAddress, signedAddress } from './address.ts';

const key = Buffer.alloc(32, 7);
const file = { mediaId: randomUUID(), fileName: 'voice.ogg' };

function partsOf(address: string) {
  const [mediaId = '', signature = '', fileName = ''] = new URL(address).pathname.split('/').slice(-3);
  return { mediaId, signature, fileName: decodeURIComponent(fileName) };
}

test.each(['https://bots.example.com', 'https://bots.example.com/', 'https://bots.example.com//'])('%s is written once', (publicUrl) => {
  expect(signedAddress({ publicUrl, key }, file)).toMatch(
    new RegExp(`^https://bots\\.example\\.com/media/${file.mediaId}/[0-9a-f]{64}/voice\\.ogg$`),
  );
});

test('a path before ours is kept', () => {
  expect(signedAddress({ publicUrl: 'https://example.com/bots/', key }, file)).toContain('https://example.com/bots/media/');
});

test('an address ends with the extension and has neither query nor blanks, whatever the name', () => {
  const address = signedAddress({ publicUrl: 'https://example.com', key }, { ...file, fileName: 'relatório-ação-レポート.pdf' });
  expect(address).toMatch(/^https:\/\/[!-~]+\.pdf$/);
  expect(address).not.toMatch(/[?#,_*\s]/);
  expect(partsOf(address).fileName).toBe('relatório-ação-レポート.pdf');
});

test('it is the same each time, and another under another key', () => {
  const publicUrl = 'https://example.com';
  expect(signedAddress({ publicUrl, key }, file)).toBe(signedAddress({ publicUrl, key }, file));
  expect(signedAddress({ publicUrl, key: Buffer.alloc(32, 8) }, file)).not.toBe(signedAddress({ publicUrl, key }, file));
});

test('its signature opens this file under this name and no other', () => {
  const { signature } = partsOf(signedAddress({ publicUrl: 'https://example.com', key }, file));
  expect(isSignedBy(key, file, signature)).toBe(true);
  expect(isSignedBy(key, { ...file, mediaId: randomUUID() }, signature)).toBe(false);
  expect(isSignedBy(key, { ...file, fileName: 'voice.html' }, signature)).toBe(false);
  expect(isSignedBy(Buffer.alloc(32, 8), file, signature)).toBe(false);
  for (const bent of ['', signature.slice(1), `${signature}0`, signature.toUpperCase(), '0'.repeat(64), 'x'.repeat(64)])
    expect(isSignedBy(key, file, bent)).toBe(false);
});

test('an address of ours is known again, and no other is taken for one', () => {
  const at = { publicUrl: 'https://example.com/bots/', key };
  const named = { ...file, fileName: 'relatório.pdf' };
  const address = signedAddress(at, named);
  expect(readSignedAddress(at, address)).toEqual(named);
  const { signature } = partsOf(address);
  for (const other of [
    `${address}?x=1`,
    `${address}/..`,
    address.replace('example.com', 'example.org'),
    address.replace(signature, '0'.repeat(64)),
    address.replace('relat', 'x'),
    `https://example.com/bots/media/${file.mediaId}/${signature}/%ff`,
    '',
  ])
    expect(readSignedAddress(at, other)).toBeNull();
});
