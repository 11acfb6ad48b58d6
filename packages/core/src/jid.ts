/**
 * A parsed WhatsApp address. This file is the only place that parses addresses and makes conversation keys.
 *
 * A contact has several names on WhatsApp: a phone with and without a ninth digit, a LID, a BSUID, with or without a device suffix, `@c.us` in
 * some libraries. One chat must be one conversation under any of them, so the key is made of the canonical form. Replies go to the address
 * exactly as it came. No rule relates a LID to a phone: for those, identity.ts reads the pairs that events contain.
 */
export type Jid = PhoneJid | { kind: Exclude<JidKind, 'phone'>; jid: string; key: string };

/** `jid`: the address in normal form. `key`: the canonical form, which names the conversation. `phone`: the digits of `jid`. */
export type PhoneJid = { kind: 'phone'; jid: string; key: string; phone: string };

/** `lid` and `bsuid` name a person without the phone. */
type JidKind = 'phone' | 'lid' | 'bsuid' | 'group' | 'status' | 'broadcast' | 'newsletter';

/** `hosted`: of a business whose WhatsApp runs at Meta. */
const user = /^(\d{5,20})(?::\d{1,3})?@(s\.whatsapp\.net|c\.us|hosted|lid|hosted\.lid)$/;
const group = /^\d{5,20}(?:-\d{5,15})?@g\.us$/;
/** The Cloud API's business-scoped user id: a country, optionally `ENT`, and an opaque rest. */
const bsuid = /^([A-Z]{2}\.(?:ENT\.)?[a-zA-Z0-9]{1,128})(?:@s\.whatsapp\.net)?$/;

/** Null: `text` is not a WhatsApp address. Normalising twice changes nothing. */
export function parseJid(text: string): Jid | null {
  const jid = text.trim();
  const person = user.exec(jid);
  if (person) return person[2]?.endsWith('lid') ? named('lid', `${person[1]}@lid`) : phoneJid(person[1] ?? '');
  const [, scoped] = bsuid.exec(jid) ?? [];
  if (scoped !== undefined) return named('bsuid', scoped);
  if (group.test(jid)) return named('group', jid);
  if (jid === 'status@broadcast') return named('status', jid);
  if (/^\d{1,30}@broadcast$/.test(jid)) return named('broadcast', jid);
  if (/^[\w-]{1,60}@newsletter$/.test(jid)) return named('newsletter', jid);
  return null;
}

/**
 * The key of a conversation. It includes the instance, because the same contact writes to many. `participant`: only in a group whose
 * participants have separate conversations.
 */
export function conversationKey(instanceId: string, jid: Jid, participant: Jid | null = null): string {
  // No address contains a slash or `|`, so no choice of instance id makes two keys equal.
  return participant === null ? `${instanceId}|${jid.key}` : `${instanceId}|${jid.key}/${participant.key}`;
}

function named(kind: Exclude<JidKind, 'phone'>, jid: string): Jid {
  return { kind, jid, key: jid };
}

function phoneJid(phone: string): PhoneJid {
  return { kind: 'phone', jid: `${phone}@s.whatsapp.net`, key: `${canonicalDigits(phone)}@s.whatsapp.net`, phone };
}

/**
 * Numbers that WhatsApp knows in two lengths, and their longer form. A rule is listed only if no other subscriber can have the longer form, so
 * that two people never become one. Other numbers stay unchanged. No rule applies twice, since each requires 12 digits.
 *
 * - Brazil (55): mobile numbers got a ninth digit, 9, between 2012 and 2016 (Anatel, resolution 553 of 2010). Older accounts keep eight digits.
 *   Eight-digit mobile numbers began with 6 to 9. Landlines begin with 2 to 5 and got no digit. Area codes contain no zero.
 * - Mexico (52): the 1 between country and number was for calls to mobiles and was dropped in August 2019 (numbering plan of the IFT). Older
 *   WhatsApp accounts keep it. A number has ten digits and does not begin with 0 or 1, so the 1 is never part of it.
 * - Argentina (54): the 9 between country and number marks a mobile (ITU-T national numbering plan of Argentina). Area codes begin with 11, 2
 *   or 3, and a number of ten digits including the area code belongs to one line, mobile or not, so the 9 does not distinguish two lines.
 */
const longerForms: readonly [shorter: RegExp, longer: string][] = [
  [/^55(?<area>[1-9]{2})(?<line>[6-9]\d{7})$/, '55$<area>9$<line>'],
  [/^52(?<line>[2-9]\d{9})$/, '521$<line>'],
  [/^54(?<line>(?:11|[23]\d)\d{8})$/, '549$<line>'],
];

function canonicalDigits(phone: string): string {
  for (const [shorter, longer] of longerForms) if (shorter.test(phone)) return phone.replace(shorter, longer);
  return phone;
}
