/**
 * The only place where WhatsApp addresses are parsed and conversation keys are made.
 *
 * A contact has several names on WhatsApp (phone, LID, with or without a device suffix, `@c.us` of other libraries); one
 * chat must be one conversation whichever is used, so the key is made of the normal form and replies go to the address as it came.
 */
export type Jid =
  | { kind: 'phone'; jid: string; phone: string }
  | { kind: 'lid'; jid: string }
  | { kind: 'group'; jid: string }
  | { kind: 'status'; jid: string }
  | { kind: 'broadcast'; jid: string }
  | { kind: 'newsletter'; jid: string };

const user = /^(\d{5,20})(?::\d{1,3})?@(s\.whatsapp\.net|c\.us|lid)$/;
const group = /^\d{5,20}(?:-\d{5,15})?@g\.us$/;

/** Null when `text` is no address WhatsApp has. Normalising twice changes nothing. */
export function parseJid(text: string): Jid | null {
  const jid = text.trim();
  const person = user.exec(jid);
  if (person) {
    const [, digits = '', server] = person;
    return server === 'lid' ? { kind: 'lid', jid: `${digits}@lid` } : { kind: 'phone', jid: `${digits}@s.whatsapp.net`, phone: digits };
  }
  if (group.test(jid)) return { kind: 'group', jid };
  if (jid === 'status@broadcast') return { kind: 'status', jid };
  if (/^\d{1,30}@broadcast$/.test(jid)) return { kind: 'broadcast', jid };
  if (/^[\w-]{1,60}@newsletter$/.test(jid)) return { kind: 'newsletter', jid };
  return null;
}

/** Names a conversation. Never the jid alone: the same contact writes to many instances. */
export function conversationKey(instanceId: string, jid: Jid): string {
  return `${instanceId}|${jid.jid}`;
}
