import { describe, expect, test } from 'vitest';
import { said } from '../test/scenario.ts';
import { namesOf, pairOf, participantOf, phoneOf } from './identity.ts';

const phone = '5531999990000@s.whatsapp.net';
const lid = '123456789012345@lid';
const bsuid = 'BR.1502576394655843';
const group = '120363000000000000@g.us';

const event = (data: Record<string, unknown>) => said('hi', { keyRemoteJid: phone, keyParticipant: '', ...data });

function pair(data: Record<string, unknown>): string[] | null {
  const found = pairOf(event(data));
  return found && [found.phone.jid, found.other.jid];
}

describe('an event with two names of a contact connects them', () => {
  test.each<[string, Record<string, unknown>, string]>([
    ['CodeChat v1 and Go', { keyLid: lid }, lid],
    ['CodeChat, the LID with a device', { keyLid: '123456789012345:3@lid' }, lid],
    ['Evolution, by phone', { keyRemoteJidAlt: lid }, lid],
    ['Evolution, by LID', { keyRemoteJid: lid, keyRemoteJidAlt: phone }, lid],
    ['Evolution, nested', { key: { remoteJid: phone, remoteJidAlt: lid } }, lid],
    ['Evolution, by LID, nested', { keyRemoteJid: lid, key: { remoteJid: lid, remoteJidAlt: phone } }, lid],
    ['Evolution, by LID, flat', { keyRemoteJid: lid, remoteJidAlt: phone }, lid],
    ['Baileys, the sender by phone', { keyRemoteJid: lid, key: { senderPn: phone } }, lid],
    ['Baileys, the sender by LID', { key: { senderLid: lid } }, lid],
    ['from our own phone, the chat', { keyFromMe: true, keyRemoteJid: lid, remoteJidAlt: phone }, lid],
    ['Cloud API', { from_user_id: bsuid }, bsuid],
    ['Cloud API, its id as an address', { userId: `${bsuid}@s.whatsapp.net` }, bsuid],
    ['Cloud API, by its id', { keyRemoteJid: bsuid, wa_id: '5531999990000' }, bsuid],
    ['Cloud API, by its id, with the server', { keyRemoteJid: bsuid, waId: phone }, bsuid],
    ['a group, the participant by phone', { keyRemoteJid: group, keyParticipant: phone, keyParticipantLid: lid }, lid],
    ['a group, the participant by LID', { keyRemoteJid: group, keyParticipant: lid, key: { participantAlt: phone } }, lid],
    ['a group, nested', { keyRemoteJid: group, key: { participant: lid, participantPn: phone } }, lid],
  ])('%s', (_gateway, data, other) => {
    expect(pair(data)).toEqual([phone, other]);
  });

  test.each<[string, Record<string, unknown>]>([
    ['one name only', {}],
    ['the same name twice', { keyRemoteJidAlt: phone }],
    ['two LIDs', { keyRemoteJid: lid, keyLid: '999999999999999@lid' }],
    ['no address', { keyLid: 'somebody', keyRemoteJidAlt: '', senderLid: 7, key: 'none', wa_id: null }],
    ['a user id of the producer', { userId: '42' }],
    ['our own LID beside a message of our own', { keyFromMe: true, keyLid: lid, key: { senderLid: lid } }],
    ['the LID of a message that our API sent', { keyFromMe: undefined, source: 'api', keyLid: lid }],
    ['a group as the other name', { keyRemoteJidAlt: group }],
    ['a group and a phone', { keyRemoteJid: group, keyRemoteJidAlt: phone, keyLid: lid }],
    ['a group whose participant has one name', { keyRemoteJid: group, keyParticipant: phone }],
    ['no contact', { keyRemoteJid: 'status@broadcast', keyParticipant: phone, keyLid: lid }],
    ['an address that is none', { keyRemoteJid: 'me', keyLid: lid }],
  ])('not by %s', (_what, data) => {
    expect(pair(data)).toBeNull();
  });
});

test.each<[string, Record<string, unknown>, string | null]>([
  ['a group, by phone', { keyRemoteJid: group, keyParticipant: '5531999990000:4@s.whatsapp.net' }, phone],
  ['a group, by LID alone', { keyRemoteJid: group, keyParticipant: null, keyParticipantLid: lid }, lid],
  ['a group that tells nobody', { keyRemoteJid: group }, null],
  ['a chat with one contact', { keyParticipant: phone }, null],
])('who wrote in %s', (_where, data, expected) => {
  expect(participantOf(event(data))?.jid ?? null).toBe(expected);
});

test.each<[string, Record<string, unknown>, { jid: string; participant: string | null }, string]>([
  ['the address', {}, { jid: phone, participant: null }, '5531999990000'],
  [
    'the address, as it came',
    { keyRemoteJid: '553188887777@c.us' },
    { jid: '5531988887777@s.whatsapp.net', participant: null },
    '553188887777',
  ],
  ['the other name in the event', { keyRemoteJid: lid, keyRemoteJidAlt: phone }, { jid: lid, participant: null }, '5531999990000'],
  ['what was known before', { keyRemoteJid: lid }, { jid: phone, participant: null }, '5531999990000'],
  ['nothing', { keyRemoteJid: lid }, { jid: lid, participant: null }, ''],
  ['the participant of a group', { keyRemoteJid: group, keyParticipant: phone }, { jid: group, participant: null }, '5531999990000'],
  ['what is known of the participant', { keyRemoteJid: group, keyParticipant: lid }, { jid: group, participant: phone }, '5531999990000'],
  ['nothing, in a group', { keyRemoteJid: group, keyParticipant: lid }, { jid: group, participant: null }, ''],
])('the phone is known from %s', (_what, data, chat, expected) => {
  expect(phoneOf(event(data), chat)).toBe(expected);
});

test('a contact is known by every name of its events, in both forms', () => {
  const names = namesOf(event({ keyRemoteJid: lid, keyRemoteJidAlt: '553188887777@c.us' }), {
    jid: '5531988887777@s.whatsapp.net',
    participant: null,
  });
  expect(names.chat.toSorted()).toEqual([lid, '553188887777@s.whatsapp.net', '5531988887777@s.whatsapp.net'].toSorted());
  expect(names.participant).toEqual([]);
});
