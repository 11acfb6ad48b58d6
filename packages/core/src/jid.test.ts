import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conversationKey, type Jid, parseJid } from './jid.ts';

describe('addresses are read in every form that WhatsApp libraries write', () => {
  test.each([
    ['5531999990000@s.whatsapp.net', 'phone', '5531999990000@s.whatsapp.net'],
    ['5531999990000@c.us', 'phone', '5531999990000@s.whatsapp.net'],
    ['5531999990000:12@s.whatsapp.net', 'phone', '5531999990000@s.whatsapp.net'],
    [' 5531999990000:0@c.us ', 'phone', '5531999990000@s.whatsapp.net'],
    ['5531999990000@hosted', 'phone', '5531999990000@s.whatsapp.net'],
    ['5531999990000:3@hosted', 'phone', '5531999990000@s.whatsapp.net'],
    ['123456789012345@hosted.lid', 'lid', '123456789012345@lid'],
    ['123456789012345@lid', 'lid', '123456789012345@lid'],
    ['123456789012345:7@lid', 'lid', '123456789012345@lid'],
    ['BR.1502576394655843', 'bsuid', 'BR.1502576394655843'],
    ['BR.1502576394655843@s.whatsapp.net', 'bsuid', 'BR.1502576394655843'],
    ['US.ENT.abc', 'bsuid', 'US.ENT.abc'],
    ['120363000000000000@g.us', 'group', '120363000000000000@g.us'],
    ['5531999990000-1600000000@g.us', 'group', '5531999990000-1600000000@g.us'],
    ['status@broadcast', 'status', 'status@broadcast'],
    ['1600000000@broadcast', 'broadcast', '1600000000@broadcast'],
    ['120363000000000000@newsletter', 'newsletter', '120363000000000000@newsletter'],
  ])('%s is a %s', (text, kind, jid) => {
    expect(parseJid(text)).toMatchObject({ kind, jid });
  });

  test.each([
    '',
    'me',
    '5531999990000',
    '12@s.whatsapp.net',
    '5531999990000:1234@s.whatsapp.net',
    'br.150@lid',
    'BRA.150',
    'BR.a b',
    '1@g.us',
    '@lid',
    'x@example.com',
  ])('"%s" is not an address', (text) => {
    expect(parseJid(text)).toBeNull();
  });
});

describe('a number that WhatsApp knows in two lengths is one contact', () => {
  test.each([
    ['Brazil, mobile of eight digits', '553188887777', '5531988887777'],
    ['Brazil, mobile that began with 6', '551162345678', '5511962345678'],
    ['Mexico', '525512345678', '5215512345678'],
    ['Argentina, Buenos Aires', '541123456789', '5491123456789'],
    ['Argentina, the provinces', '543511234567', '5493511234567'],
  ])('%s', (_case, shorter, longer) => {
    const address = parseJid(`${shorter}@s.whatsapp.net`);
    expect(address).toMatchObject({ jid: `${shorter}@s.whatsapp.net`, phone: shorter, key: `${longer}@s.whatsapp.net` });
    expect(keyOf(`${longer}@s.whatsapp.net`)).toBe(`${longer}@s.whatsapp.net`);
  });

  test.each([
    ['Brazil, with its ninth digit', '5531999990000'],
    ['Brazil, landline', '553133334444'],
    ['Brazil, landline that begins with 5', '551151234567'],
    ['Brazil, no area code has a zero', '551081234567'],
    ['Brazil, too short', '55318888777'],
    ['Mexico, with its 1', '5215512345678'],
    ['Mexico, no number begins with 1', '521551234567'],
    ['Argentina, with its 9', '5491123456789'],
    ['Argentina, no area code begins with 4', '544123456789'],
    ['Argentina, too short', '54112345678'],
    ['United States', '15512345678'],
    ['Portugal', '351912345678'],
    ['Germany', '4915112345678'],
    ['a number that only holds such digits', '15531888877779'],
  ])('%s: %s is unchanged', (_case, digits) => {
    expect(keyOf(`${digits}@s.whatsapp.net`)).toBe(`${digits}@s.whatsapp.net`);
  });
});

const digits = fc.stringMatching(/^(?:55|52|54|1)?\d{5,14}$/);
const address = fc.oneof(
  digits.map((number) => `${number}@s.whatsapp.net`),
  digits.map((number) => `${number}:3@c.us`),
  digits.map((number) => `${number}@lid`),
  fc.stringMatching(/^[A-Z]{2}\.(ENT\.)?[a-zA-Z0-9]{1,20}$/),
  digits.map((number) => `${number}@g.us`),
  fc.string(),
);

test('normalising a normal or canonical form of any address changes nothing', () => {
  fc.assert(
    fc.property(address, (text) => {
      const jid = parseJid(text);
      if (jid === null) return;
      expect(parseJid(jid.jid)).toEqual(jid);
      expect(parseJid(jid.key)).toMatchObject({ kind: jid.kind, jid: jid.key, key: jid.key });
    }),
    { numRuns: 2_000 },
  );
});

test('chats of different instances, addresses and participants have different keys', () => {
  const group = known('120363000000000000@g.us');
  const keys = [
    conversationKey('a', known('5531999990000@c.us')),
    conversationKey('b', known('5531999990000@c.us')),
    conversationKey('a', known('5531999990001@c.us')),
    conversationKey('a', group),
    conversationKey('a', group, known('5531999990000@c.us')),
    conversationKey('a', group, known('5531999990001@c.us')),
    conversationKey('a|120363000000000000@g.us', known('5531999990000@c.us')),
  ];
  expect(new Set(keys).size).toBe(keys.length);
  expect(keys[0]).toBe('a|5531999990000@s.whatsapp.net');
});

function known(text: string): Jid {
  const jid = parseJid(text);
  if (jid === null) throw new Error(`${text} is no address`);
  return jid;
}

function keyOf(text: string): string {
  return known(text).key;
}
