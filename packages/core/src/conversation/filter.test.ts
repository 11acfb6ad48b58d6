import { describe, expect, test } from 'vitest';
import { now, said } from '../../test/scenario.ts';
import { readInbound } from '../inbound-content.ts';
import { parseJid } from '../jid.ts';
import { settingsSchema, type SettingsInput } from '../settings.ts';
import { filterReason } from './filter.ts';

const phone = '5531999990000@s.whatsapp.net';
const eightDigits = '553188887777@s.whatsapp.net';
const lid = '123456789012345@lid';
const bsuid = 'BR.1502576394655843';
const group = '120363000000000000@g.us';
const inGroup = { keyRemoteJid: group, keyParticipant: phone };

type Case = { data: Record<string, unknown>; settings: SettingsInput; chat?: { jid: string; participant: string | null } };

function reasonOf({ data, settings, chat }: Case): string | null {
  const event = said('hi', { keyRemoteJid: phone, ...data });
  const where = chat ?? { jid: parseJid(event.data.keyRemoteJid)?.jid ?? '', participant: null };
  return filterReason(event, readInbound(event), settingsSchema.parse(settings), where, now);
}

/** As a pattern of the ignore list this keeps the message from the bot, as one of the allow list it lets it through. */
describe('a pattern meets a chat', () => {
  test.each<[string, string, Omit<Case, 'settings'>]>([
    ['the address', phone, { data: {} }],
    ['the address of another library', '5531999990000:2@c.us', { data: {} }],
    ['a prefix', '5531*', { data: {} }],
    ['every chat', '*', { data: {} }],
    ['all phones', '@s.whatsapp.net', { data: {} }],
    ['the longer form of a number', '5531988887777@s.whatsapp.net', { data: { keyRemoteJid: eightDigits } }],
    ['the shorter form of a number', eightDigits, { data: { keyRemoteJid: '5531988887777@s.whatsapp.net' } }],
    ['a prefix of the longer form', '55319*', { data: { keyRemoteJid: eightDigits } }],
    ['a LID', lid, { data: { keyRemoteJid: '123456789012345:5@lid' } }],
    ['all LIDs', '@lid', { data: { keyRemoteJid: lid } }],
    ['a BSUID', bsuid, { data: { keyRemoteJid: `${bsuid}@s.whatsapp.net` } }],
    ['a prefix of a BSUID', 'BR.*', { data: { keyRemoteJid: bsuid } }],
    ['the phone that the event tells', phone, { data: { keyRemoteJid: lid, keyRemoteJidAlt: phone } }],
    ['the LID that the event tells', lid, { data: { keyLid: lid } }],
    ['the phone that was known before', '5531*', { data: { keyRemoteJid: lid }, chat: { jid: phone, participant: null } }],
    ['all phones, when the phone is known', '@s.whatsapp.net', { data: { keyRemoteJid: lid }, chat: { jid: phone, participant: null } }],
    ['a group', group, { data: inGroup }],
    ['all groups', '@g.us', { data: inGroup }],
    ['the participant', phone, { data: inGroup }],
    ['a prefix of the participant', '5531*', { data: inGroup }],
    [
      'the phone of the participant',
      phone,
      { data: { keyRemoteJid: group, keyParticipant: lid }, chat: { jid: group, participant: phone } },
    ],
  ])('by %s', (_what, pattern, about) => {
    expect(reasonOf({ ...about, settings: { groups: 'allow', ignoreJids: ['5541*', pattern] } })).toBe('ignored_jid');
    expect(reasonOf({ ...about, settings: { groups: 'allow', allowJids: ['5541*', pattern] } })).toBeNull();
  });

  test.each<[string, string, Omit<Case, 'settings'>]>([
    ['another address', '5531999990001@s.whatsapp.net', { data: {} }],
    ['a part that is no prefix', '31*', { data: {} }],
    ['an address without its end', '5531999990000', { data: {} }],
    ['all groups', '@g.us', { data: {} }],
    ['all LIDs', '@lid', { data: {} }],
    ['all phones, of a group that a phone wrote in', '@s.whatsapp.net', { data: inGroup }],
    ['another participant', '5531999990001@s.whatsapp.net', { data: inGroup }],
    ['a LID whose phone nobody told', phone, { data: { keyRemoteJid: lid } }],
  ])('not by %s', (_what, pattern, about) => {
    expect(reasonOf({ ...about, settings: { groups: 'allow', ignoreJids: [pattern] } })).toBeNull();
    expect(reasonOf({ ...about, settings: { groups: 'allow', allowJids: [pattern] } })).toBe('not_allowed_jid');
  });
});

test.each<[string, Case, string | null]>([
  ['a group', { data: inGroup, settings: {} }, 'group'],
  ['a group that is on the allow list', { data: inGroup, settings: { allowJids: [group] } }, 'group'],
  ['an allowed group', { data: inGroup, settings: { groups: 'allow' } }, null],
  ['a status', { data: { keyRemoteJid: 'status@broadcast' }, settings: { groups: 'allow' } }, 'status'],
  ['a broadcast list', { data: { keyRemoteJid: '1600000000@broadcast' }, settings: { allowJids: ['*'] } }, 'broadcast'],
  ['a newsletter', { data: { keyRemoteJid: '120363000000000000@newsletter' }, settings: { allowJids: ['@newsletter'] } }, 'newsletter'],
  ['what is ignored and allowed', { data: {}, settings: { ignoreJids: ['5531*'], allowJids: [phone] } }, 'ignored_jid'],
])('%s', (_what, given, expected) => {
  expect(reasonOf(given)).toBe(expected);
});

const ago = (minutes: number, data: Record<string, unknown> = {}) => ({ ...data, messageTimestamp: now / 1_000 - minutes * 60 });
const byHuman = { keyFromMe: true };
const handedBack: SettingsInput = { pause: { resumeAfterMinutes: 30 } };

test.each<[string, Case, string | null]>([
  ['a message of ten minutes', { data: ago(10), settings: {} }, null],
  ['an older one', { data: ago(11), settings: {} }, 'stale'],
  ['one of any age where none is too old', { data: ago(9_000), settings: { staleAfterMinutes: 0 } }, null],
  ['a human who took the chat while no worker ran', { data: ago(60, byHuman), settings: {} }, null],
  ['a human whose chat would have been handed back by now', { data: ago(31, byHuman), settings: handedBack }, 'stale'],
  ['a human whose chat would not', { data: ago(29, byHuman), settings: handedBack }, null],
  ['a human of the day before yesterday, as a history has them', { data: ago(2_880, byHuman), settings: {} }, 'stale'],
  ['the phone in the contact’s place', { data: ago(11, byHuman), settings: { fromMe: 'listen' } }, 'stale'],
])('%s', (_what, given, expected) => {
  expect(reasonOf(given)).toBe(expected);
});
