import { fields, isFields, list, number, text, type Fields } from '../../fields.ts';
import { addressOf, messageEvent } from '../../inbound.ts';
import { readBaileysMessage } from '../baileys/message.ts';
import type { ChannelOf, StatusTold, Told } from '../kind.ts';
import type { EvolutionSettings } from './settings.ts';

/** Reads a webhook of Evolution API v2. The `apikey` in its body is not looked at and not passed on. */
export function parseEvolution(body: unknown, channel: ChannelOf<EvolutionSettings>): Told {
  const told: Told = { events: [], statuses: [], connection: null, ignored: [] };
  const { event, instance, data } = fields(body);
  const name = (text(event) ?? 'unnamed').toLowerCase().replace(/[_-]/g, '.');
  if (text(instance) !== null && instance !== channel.settings.instanceName) return { ...told, ignored: ['other_instance'] };
  switch (name) {
    case 'messages.upsert':
    case 'send.message':
      for (const one of Array.isArray(data) ? list(data) : [data]) readMessage(fields(one), name === 'send.message', channel, told);
      return told;
    case 'messages.update':
      for (const one of Array.isArray(data) ? list(data) : [data]) readStatus(fields(one), told);
      return told;
    case 'connection.update':
      return { ...told, connection: text(fields(data)['state']) ?? 'unknown' };
    case 'status.instance':
      return { ...told, connection: text(fields(data)['status']) ?? 'unknown' };
    default:
      return { ...told, ignored: [name.slice(0, 60)] };
  }
}

function readMessage(data: Fields, byApi: boolean, channel: ChannelOf<EvolutionSettings>, told: Told): void {
  const key = fields(data['key']);
  const keyId = text(key['id']);
  const address = addressOfKey(key);
  const read = readBaileysMessage(data['message']);
  if (keyId === null || address === null || read.type === 'ignored') {
    told.ignored.push(read.type === 'ignored' ? read.name : 'message_without_key');
    return;
  }
  const fromMe = byApi || key['fromMe'] === true;
  told.events.push(
    messageEvent(channel.instanceId, {
      keyId,
      ...address,
      participant: text(key['participant']),
      participantOther: text(key['participantAlt']),
      fromMe,
      byApi,
      pushName: text(data['pushName']),
      contentType: read.contentType,
      content: read.type === 'file' ? { ...read.content, ...fileIn(data, channel) } : read.content,
      timestamp: number(data['messageTimestamp']),
      quoted: text(fields(data['contextInfo'])['stanzaId']),
    }),
  );
}

/**
 * Which field holds the phone differs by version: 2.3.6 has the LID in `remoteJid`, 2.3.7 the phone in both, 2.4 the pair the other way
 * round, 2.3.1 to 2.3.5 names of their own, 2.2 the LID alone. Whatever ends as a phone does is the phone.
 */
function addressOfKey(key: Fields): { jid: string; otherJid: string | null } | null {
  const chat = text(key['remoteJid']);
  if (chat === null || /@(?:g\.us|broadcast|newsletter)$/.test(chat)) return chat === null ? null : { jid: chat, otherJid: null };
  const names = ['remoteJid', 'remoteJidAlt', 'senderPn', 'previousRemoteJid', 'senderLid'].map((name) => text(key[name]));
  // The sender of what the phone itself wrote is not the contact.
  return addressOf(key['fromMe'] === true ? names.slice(0, 2) : names);
}

/** An address of ours behind which the file is asked for; one in Evolution's own store is passed on as it is. */
function fileIn(data: Fields, { mediaURL }: ChannelOf<EvolutionSettings>): object {
  const stored = text(fields(data['message'])['mediaUrl']);
  const id = text(fields(data['key'])['id']) ?? '';
  return { mediaUrl: stored ?? mediaURL({ id }) };
}

const statuses: Record<string, StatusTold['status']> = {
  SERVER_ACK: 'sent',
  DELIVERY_ACK: 'delivered',
  READ: 'read',
  PLAYED: 'read',
  ERROR: 'failed',
};

/** The chat is written differently from the message's own event, so the id alone counts. */
function readStatus(data: Fields, told: Told): void {
  const keyId = text(data['keyId']) ?? (isFields(data['key']) ? text(data['key']['id']) : null);
  const status = statuses[text(data['status']) ?? ''];
  if (keyId === null || status === undefined || data['fromMe'] === false) {
    told.ignored.push('status_of_no_send');
    return;
  }
  const reason = status === 'failed' ? 'ERROR: WhatsApp refused the message after the gateway had taken it' : null;
  told.statuses.push({ keyId, status, reason, messageId: null });
}
