import { fields, isFields, list, number, text, type Fields } from '../../fields.ts';
import { messageEvent } from '../../inbound.ts';
import { type ChannelOf, type StatusTold, type Told } from '../kind.ts';
import type { CloudApiSettings } from './settings.ts';

/** Reads a webhook of the Cloud API: messages, statuses and what the owner wrote on the phone, in their order. */
export function parseCloudApi(body: unknown, channel: ChannelOf<CloudApiSettings>): Told {
  const told: Told = { events: [], statuses: [], connection: null, ignored: [] };
  // 360dialog wraps some in an envelope of its own.
  const root = isFields(fields(body)['data']) && !('entry' in fields(body)) ? fields(fields(body)['data']) : fields(body);
  if (!Array.isArray(root['entry'])) return { ...told, ignored: ['not_a_cloud_api_webhook'] };
  const changes = list(root['entry']).flatMap((entry) => list(fields(entry)['changes']));
  for (const change of changes) readChange(fields(change), channel, told);
  return told;
}

function readChange(change: Fields, channel: ChannelOf<CloudApiSettings>, told: Told): void {
  const field = text(change['field']) ?? 'unnamed';
  const value = fields(change['value']);
  if (field !== 'messages' && field !== 'smb_message_echoes') {
    told.ignored.push(`field_${field}`.slice(0, 60));
    return;
  }
  const phoneNumberId = text(fields(value['metadata'])['phone_number_id']);
  if (phoneNumberId !== null && phoneNumberId !== channel.settings.phoneNumberId) {
    told.ignored.push('other_phone_number');
    return;
  }
  const contacts = list(value['contacts']).map(fields);
  for (const message of list(value['messages'])) readMessage(fields(message), contacts, channel, told);
  for (const echo of list(value['message_echoes'])) readEcho(fields(echo), channel, told);
  for (const status of list(value['statuses'])) readStatus(fields(status), told);
}

function readMessage(message: Fields, contacts: Fields[], channel: ChannelOf<CloudApiSettings>, told: Told): void {
  const [from, userId, keyId] = [text(message['from']), text(message['from_user_id']), text(message['id'])];
  const jid = from !== null ? `${from}@s.whatsapp.net` : userId;
  const content = contentOf(message, channel);
  if (jid === null || keyId === null || content === null) {
    told.ignored.push(`message_${text(message['type']) ?? 'untyped'}`.slice(0, 60));
    return;
  }
  const contact = contacts.find((one) => (from !== null ? one['wa_id'] === from : one['user_id'] === userId)) ?? contacts[0] ?? {};
  const otherJid = from !== null ? (userId ?? text(contact['user_id'])) : null;
  const referral = isFields(message['referral']) ? { referral: message['referral'] } : {};
  told.events.push(
    messageEvent(channel.instanceId, {
      keyId,
      jid,
      otherJid,
      pushName: text(fields(contact['profile'])['name']),
      ...content,
      content: { ...content.content, ...referral },
      timestamp: number(message['timestamp']),
      quoted: text(fields(message['context'])['id']),
    }),
  );
}

/** With coexistence the owner answers on the phone: a human has taken over. */
function readEcho(message: Fields, channel: ChannelOf<CloudApiSettings>, told: Told): void {
  const [to, keyId, content] = [text(message['to']), text(message['id']), contentOf(message, channel)];
  if (to === null || keyId === null || content === null) {
    told.ignored.push('echo_unreadable');
    return;
  }
  const timestamp = number(message['timestamp']);
  told.events.push(messageEvent(channel.instanceId, { keyId, jid: `${to}@s.whatsapp.net`, fromMe: true, ...content, timestamp }));
}

type Content = { contentType: string; content: Record<string, unknown> };

/** Messages that are nothing a contact said to the bot. */
const housekeeping = new Set(['system', 'request_welcome']);

function contentOf(message: Fields, channel: ChannelOf<CloudApiSettings>): Content | null {
  const type = text(message['type']) ?? '';
  const own = fields(message[type]);
  if (type === '' || housekeeping.has(type)) return null;
  switch (type) {
    case 'text':
      return { contentType: 'text', content: { text: text(own['body']) ?? '' } };
    case 'image':
    case 'video':
    case 'audio':
    case 'document':
    case 'sticker':
      return { contentType: type, content: fileOf(own, channel) };
    case 'button':
      return { contentType: 'templateButtonReply', content: { selectedId: own['payload'], selectedDisplayText: own['text'] } };
    case 'interactive':
      return tapOf(own);
    case 'contacts':
      return { contentType: 'contact', content: { contacts: list(message['contacts']) } };
    case 'reaction':
      return { contentType: 'reaction', content: { key: { id: own['message_id'] }, text: own['emoji'] ?? '' } };
    default:
      // Locations as they come, and what nobody knows yet: the worker says what it can do with it.
      return { contentType: type.slice(0, 100), content: { ...own } };
  }
}

function fileOf(own: Fields, { mediaURL }: ChannelOf<CloudApiSettings>): Record<string, unknown> {
  const id = text(own['id']);
  return {
    mimetype: own['mime_type'],
    ...(own['caption'] !== undefined && { caption: own['caption'] }),
    ...(own['filename'] !== undefined && { fileName: own['filename'] }),
    ...(own['voice'] !== undefined && { ptt: own['voice'] }),
    ...(id !== null && { mediaUrl: mediaURL({ id }) }),
  };
}

function tapOf(own: Fields): Content {
  const flow = fields(own['nfm_reply']);
  if (own['type'] === 'nfm_reply') {
    const content = { text: flow['body'], nativeFlowResponseMessage: { name: flow['name'], paramsJson: flow['response_json'] } };
    return { contentType: 'interactiveResponse', content };
  }
  const button = fields(own['button_reply']);
  if (own['type'] === 'button_reply') {
    return { contentType: 'buttonsResponse', content: { selectedButtonId: button['id'], selectedDisplayText: button['title'] } };
  }
  const row = fields(own['list_reply']);
  if (own['type'] === 'list_reply') {
    const { id, title, description } = row;
    return { contentType: 'listResponse', content: { title, description, singleSelectReply: { selectedRowId: id } } };
  }
  return { contentType: 'interactive', content: { ...own } };
}

const statuses: Record<string, StatusTold['status']> = {
  sent: 'sent',
  delivered: 'delivered',
  read: 'read',
  played: 'read',
  failed: 'failed',
};

function readStatus(status: Fields, told: Told): void {
  const [keyId, name] = [text(status['id']), statuses[text(status['status']) ?? '']];
  if (keyId === null || name === undefined) {
    told.ignored.push('status_unknown');
    return;
  }
  const error = fields(list(status['errors'])[0]);
  const words = text(fields(error['error_data'])['details']) ?? text(error['title']) ?? text(error['message']) ?? 'no words';
  const reason = name === 'failed' ? `${text(error['code']) ?? 'no code'}: ${words}`.slice(0, 500) : null;
  told.statuses.push({ keyId, status: name, reason, messageId: text(status['biz_opaque_callback_data']) });
}
