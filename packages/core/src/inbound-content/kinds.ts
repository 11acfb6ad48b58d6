import type { InboundContent } from '../inbound.ts';
import { inside, isFields, type Fields } from './fields.ts';

export type Media = Extract<InboundContent, { kind: 'media' }>['media'];
export type Kind = Media | 'text' | 'reply' | 'location' | 'contact' | 'order' | 'vote' | Silent | 'wrapper';

/** Kinds that say nothing to a bot. */
type Silent = 'reaction' | 'edit' | 'delete' | 'protocol' | 'undecrypted' | 'album' | 'poll' | 'status_mention';

/** Every name of a message kind, as `shortName` writes it: CodeChat's, Baileys', and those of other gateways. */
const names: readonly (readonly [Kind, string])[] = [
  ['text', 'text conversation extendedtext chat'],
  ['image', 'image'],
  ['video', 'video ptv gif'],
  ['audio', 'audio ptt voice'],
  ['document', 'document file'],
  ['sticker', 'sticker'],
  [
    'reply',
    'buttonsresponse buttonresponse buttonreply listresponse listreply templatebuttonreply interactiveresponse interactive button nfmreply',
  ],
  ['location', 'location livelocation'],
  ['contact', 'contact contacts contactsarray vcard multivcard'],
  ['order', 'order'],
  ['vote', 'pollupdate pollvote'],
  ['reaction', 'reaction encreaction'],
  ['edit', 'edited edit secretencrypted'],
  ['delete', 'revoked revoke deleted delete'],
  [
    'protocol',
    'protocol keepinchat pininchat senderkeydistribution fastratchetkeysenderkeydistribution system notification notificationtemplate e2enotification broadcastnotification gp2 call calllog missedcall scheduledcallcreation pollresultsnapshot encevent commentenc limitsharing',
  ],
  ['undecrypted', 'ciphertext waiting placeholder undecryptable'],
  ['album', 'album'],
  ['poll', 'pollcreation poll'],
  ['status_mention', 'statusmention groupstatusmention'],
  // Whatever WhatsApp puts around a whole message, as Baileys takes it off, and the newer ones of its kind.
  [
    'wrapper',
    'ephemeral viewonce viewonceextension documentwithcaption devicesent associatedchild groupmentioned groupstatus botinvoke bottask botforwarded lottiesticker question questionreply statusaddyours eventcoverimage spoiler',
  ],
];

const kinds: ReadonlyMap<string, Kind> = new Map(
  names.flatMap(([kind, all]) => all.split(' ').map((name): [string, Kind] => [name, kind])),
);

/** What may stand beside the words of a message. */
const comesBeside: ReadonlySet<Kind | null> = new Set<Kind>(['protocol', 'undecrypted']);

/** What a message is about, and the fields that belong to it. Null: none of the kinds we know. */
export function unwrap(contentType: string, content: Fields, depth = 0): { kind: Kind | null; body: Fields } {
  const kind = kindOf(contentType);
  const body = ownBody(kind, content);
  if ((kind !== null && kind !== 'wrapper') || depth > wrappersMax) return { kind, body };

  // Disappearing and view-once messages, or a whole Baileys message under a name of its own.
  const message = inside(body, 'message') ?? body;
  const known = Object.entries(message).filter(([key, value]) => kindOf(key) !== null && (isFields(value) || typeof value === 'string'));
  // Baileys puts key exchanges beside the words they came with.
  const found = known.find(([key]) => !comesBeside.has(kindOf(key))) ?? known[0];
  if (found === undefined) return { kind, body };
  const [key, value] = found;
  return isFields(value) ? unwrap(key, value, depth + 1) : { kind: kindOf(key), body: { text: value } };
}

/** So many wrappers stand in one another, and no more. */
const wrappersMax = 8;

/** Fields may stand flat, under the name of their kind, or under two of them: `interactive.button_reply`. */
function ownBody(kind: Kind | null, content: Fields): Fields {
  let body = content;
  for (let depth = 0; kind !== null && depth < 3; depth += 1) {
    const own = Object.entries(body).find(([key, value]) => isFields(value) && kindOf(key) === kind)?.[1];
    if (!isFields(own)) return body;
    body = own;
  }
  return body;
}

export function kindOf(contentType: string): Kind | null {
  return kinds.get(shortName(contentType)) ?? null;
}

/** `viewOnceMessageV2`, `button_reply` and `Image` as `viewonce`, `buttonreply` and `image`; `callLogMesssage` is WhatsApp's own spelling. */
function shortName(contentType: string): string {
  return contentType
    .replace(/Mess{1,3}age(?:V\d+)?(?:Extension)?$/i, '')
    .replace(/[^a-z0-9]/gi, '')
    .toLowerCase();
}
