import { expect, test } from 'vitest';
import { isUsableAddress } from './address.ts';
import { isFileAllowed } from './file-types.ts';

test.each([
  'https://media.example.com/a.pdf',
  'http://media.example.com:8080/files/a%20b.PDF',
  'https://10.0.0.5:9000/a.ogg',
  'https://[::1]/a.png',
  'https://exämple.com.br/ação.jpg',
  'https://xn--exmple-cua.com/a.mp4',
  `https://x.io/${'a'.repeat(2_083 - 17)}.png`,
])('Typebot takes %s', (url) => {
  expect(isUsableAddress(url)).toBe(true);
});

test.each([
  ['has a query string', 'https://x.io/a.pdf?sig=1'],
  ['has a fragment', 'https://x.io/a.pdf#page=2'],
  ['has a space', 'https://x.io/a b.pdf'],
  ['has no extension', 'https://x.io/files/a'],
  ['has no path', 'https://x.io'],
  ['ends in a slash', 'https://x.io/a.pdf/'],
  ['has only an extension', 'https://x.io/.pdf'],
  ['has a host without a domain', 'http://worker:3000/a.pdf'],
  ['has a host with an underscore', 'http://my_host.io/a.pdf'],
  ['has a host that starts with a hyphen', 'http://-x.io/a.pdf'],
  ['has a port that is none', 'http://x.io:99999/a.pdf'],
  ['carries a password', 'https://ana:secret@x.io/a.pdf'],
  ['is no web address', 'ftp://x.io/a.pdf'],
  ['holds its content', 'data:image/png;base64,AAAA'],
  ['is too long', `https://x.io/${'a'.repeat(2_083 - 16)}.png`],
  ['is nothing', ''],
])('an address that %s has to be stored elsewhere', (_, url) => {
  expect(isUsableAddress(url)).toBe(false);
});

test.each<[string, string[], boolean]>([
  ['a.pdf', [], true],
  ['a.pdf', ['.pdf'], true],
  ['a.PDF', ['pdf'], true],
  ['a.pdf', ['application/pdf'], true],
  ['a.jpg', ['.jpeg'], true],
  ['a.jpeg', ['image/jpeg'], true],
  ['a.jpg', ['image/*'], true],
  ['a.mov', ['video/quicktime'], true],
  ['a.mp3', ['audio/mpeg'], true],
  ['a.pdf', ['image/*', '.png'], false],
  ['a.pdf?x=1', ['.pdf'], false],
  ['a', ['.pdf'], false],
  ['a.xyz', ['application/x-new'], true],
])('%s for an input of %j: %s', (name, types, expected) => {
  expect(isFileAllowed(`https://x.io/${name}`, types)).toBe(expected);
});
