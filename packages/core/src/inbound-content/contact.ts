import type { InboundContent } from '../inbound.ts';
import { inside, isFields, text, type Fields } from './fields.ts';

type Card = Extract<InboundContent, { kind: 'contact' }>['cards'][number];

/** One shared contact or several. Null when there is neither a name nor a phone. */
export function contactOf(body: Fields): InboundContent | null {
  const lists = [body['contacts'], body['contact'], body['cards'], body['vcards'], body['vCards']].filter(Array.isArray);
  const entries: unknown[] = lists.length > 0 ? lists.flat() : [body];
  const cards = entries.map(cardOf).filter(({ name, phones }) => name !== '' || phones.length > 0);
  return cards.length === 0 ? null : { kind: 'contact', cards };
}

function cardOf(entry: unknown): Card {
  if (typeof entry === 'string') return vcard(entry);
  if (!isFields(entry)) return { name: '', phones: [] };
  const card = vcard(text(entry, 'vcard', 'vCard') ?? '');
  const name = text(entry, 'displayName', 'fullName', 'name') ?? text(inside(entry, 'name'), 'formatted_name', 'formattedName');
  const listed: unknown[] = Array.isArray(entry['phones']) ? entry['phones'] : [];
  const phones = [...card.phones, ...[...listed, entry].flatMap((phone) => phoneOf(phone) ?? [])];
  return { name: name ?? card.name, phones: [...new Set(phones)] };
}

function phoneOf(from: unknown): string | null {
  if (typeof from === 'string') return from.trim() || null;
  if (!isFields(from)) return null;
  const id = text(from, 'waid', 'wa_id', 'wuid');
  return id === null ? (text(from, 'phone', 'phoneNumber', 'number')?.trim() ?? null) : international(id);
}

/** Only the name and the phones; a phone that WhatsApp knows is taken from its id, which is complete. */
function vcard(source: string): Card {
  const card: Card = { name: '', phones: [] };
  // A long line goes on in the next one, which then starts with a space.
  for (const line of source.replace(/\r?\n[ \t]/g, '').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    const [field = '', ...parameters] = line.slice(0, colon).split(';');
    const property = field.replace(/^item\d+\./i, '').toUpperCase();
    const value = line.slice(colon + 1).trim();
    if (colon < 0 || value === '') continue;
    if (property === 'FN') card.name = value.replace(/\\([,;\\])/g, '$1');
    if (property !== 'TEL') continue;
    const id = parameters.find((parameter) => /^waid=/i.test(parameter))?.slice('waid='.length);
    card.phones.push(id ? international(id) : value);
  }
  return card;
}

function international(id: string): string {
  const digits = id.split('@')[0]?.replace(/\D/g, '') ?? '';
  return digits === '' ? id : `+${digits}`;
}
