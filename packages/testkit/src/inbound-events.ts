import type { InboundEvent } from '@typelane/core';

export type InboundOptions = {
  instanceId: string;
  /** The chat, as `keyRemoteJid` names it. */
  jid: string;
  /** Default: one that was never used. */
  keyId?: string;
  /** Default: not sent, as CodeChat documents it. */
  fromMe?: boolean;
  /** In a group: the writer. */
  participant?: string;
  /** Default `Ana`. */
  pushName?: string;
  /** The producer's own id of the message. Default: not sent. */
  messageId?: string | number;
  /** Seconds since 1970; default now. Null: not sent. */
  timestamp?: number | null;
  /** Default `android`; `api` marks an echo of a send. */
  source?: 'ios' | 'android' | 'web' | 'api';
  /** Default `business-1`. Null: the event names no business. */
  businessId?: string | null;
  /** Default `messages.upsert`. */
  event?: string;
};

export type InboundMedia = {
  media: 'image' | 'video' | 'document' | 'sticker' | 'audio';
  url: string;
  caption?: string;
  fileName?: string;
  mimeType?: string;
};

/** CodeChat v2's webhook body of any content. The builders below name the content types this project has evidence for. */
export function inboundEvent(options: InboundOptions, contentType: string, content: Record<string, unknown>): InboundEvent {
  const { instanceId, jid, businessId = 'business-1', timestamp = Math.floor(Date.now() / 1000) } = options;
  return {
    event: options.event ?? 'messages.upsert',
    instance: {
      instanceId,
      name: `name of ${instanceId}`,
      state: 'active',
      connection: 'open',
      ...(businessId !== null && { Business: { businessId, name: `name of ${businessId}` } }),
    },
    data: {
      keyId: options.keyId ?? newKeyId(),
      keyRemoteJid: jid,
      keyParticipant: options.participant ?? '',
      pushName: options.pushName ?? 'Ana',
      contentType,
      content,
      source: options.source ?? 'android',
      ...(options.fromMe !== undefined && { keyFromMe: options.fromMe }),
      ...(options.messageId !== undefined && { messageId: options.messageId }),
      ...(timestamp !== null && { messageTimestamp: timestamp }),
    },
  };
}

export function inboundText({ text, ...options }: InboundOptions & { text: string }): InboundEvent {
  return inboundEvent(options, 'text', { text });
}

/** A media message whose file is at `url`. */
export function inboundMedia({ media, url, caption, fileName, mimeType, ...options }: InboundOptions & InboundMedia): InboundEvent {
  return inboundEvent(options, media, {
    url,
    ...(mimeType !== undefined && { mimetype: mimeType }),
    ...(caption !== undefined && { caption }),
    ...(fileName !== undefined && { fileName }),
  });
}

/** A tapped button. `id` is the one it was sent with. */
export function inboundButtonReply({ id, title, ...options }: InboundOptions & { id: string; title: string }): InboundEvent {
  return inboundEvent(options, 'buttonsResponse', { selectedButtonId: id, selectedDisplayText: title });
}

/** A chosen row of a list. */
export function inboundListReply({ id, title, ...options }: InboundOptions & { id: string; title: string }): InboundEvent {
  return inboundEvent(options, 'listResponse', { title, singleSelectReply: { selectedRowId: id } });
}

export function inboundLocation({
  latitude,
  longitude,
  name,
  address,
  ...options
}: InboundOptions & { latitude: number; longitude: number; name?: string; address?: string }): InboundEvent {
  return inboundEvent(options, 'location', {
    degreesLatitude: latitude,
    degreesLongitude: longitude,
    ...(name !== undefined && { name }),
    ...(address !== undefined && { address }),
  });
}

export function inboundContact({ name, phone, ...options }: InboundOptions & { name: string; phone: string }): InboundEvent {
  const digits = phone.replace(/\D/g, '');
  const vcard = `BEGIN:VCARD\nVERSION:3.0\nFN:${name}\nTEL;type=CELL;waid=${digits}:${phone}\nEND:VCARD`;
  return inboundEvent(options, 'contact', { displayName: name, vcard });
}

export function inboundReaction({ to, emoji, ...options }: InboundOptions & { to: string; emoji: string }): InboundEvent {
  return inboundEvent(options, 'reaction', { key: { id: to, remoteJid: options.jid, fromMe: true }, text: emoji });
}

/** A message id of the form WhatsApp Web makes, different each time. */
export function newKeyId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `3EB0${Buffer.from(bytes).toString('hex').toUpperCase()}`;
}
