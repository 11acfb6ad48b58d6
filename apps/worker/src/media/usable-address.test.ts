import { expect, test } from 'vitest';
import { isUsableAddress } from './usable-address.ts';

test.each([
  'https://files.example.com/a/photo.jpg',
  'http://files.example.com:8080/voice.OGG',
  'https://1.1.1.1/cv.pdf',
  'http://[2606:4700:4700::1111]/cv.pdf',
  'http://localhost:3000/x.png',
  'https://files.example.com/relat%C3%B3rio.pdf',
])('a bot can use %s', (address) => {
  expect(isUsableAddress(address)).toBe(true);
});

test.each([
  ['an address that expires', 'https://files.example.com/photo.jpg?X-Amz-Expires=300&X-Amz-Signature=x'],
  ['no extension', 'https://files.example.com/media/123'],
  ['an extension nobody knows', 'https://files.example.com/photo.jpg2000'],
  ['a dot that is none', 'https://files.example.com/v1.2/file'],
  ['credentials', 'https://ana:secret@files.example.com/photo.jpg'],
  ['a host without a domain', 'http://worker:3000/photo.jpg'],
  ["WhatsApp's own server", 'https://mmg.whatsapp.net/photo.jpg'],
  ['a fragment', 'https://files.example.com/photo.jpg#x'],
  ['a comma, which parts addresses', 'https://files.example.com/a,b.jpg'],
  ['blanks', 'https://files.example.com/a b.jpg'],
  ['another protocol', 'ftp://files.example.com/photo.jpg'],
  ['no address', 'photo.jpg'],
  ['too many characters', `https://files.example.com/${'a'.repeat(2_083)}.jpg`],
])('of no use to a bot is %s', (_what, address) => {
  expect(isUsableAddress(address)).toBe(false);
});
