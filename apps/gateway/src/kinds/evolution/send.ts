import { fallback, type OutboundMessage } from '@typelane/client';
import type { Call, Called } from '../../call.ts';
import { fields, list, number, text, type Fields } from '../../fields.ts';
import { clientMessageId } from '../../inbound.ts';
import type { Attending, ChannelOf, Finding, SendOutcome, Sending } from '../kind.ts';
import type { EvolutionSettings } from './settings.ts';

/** The address and headers of one of Evolution's calls. */
export function evolutionAccess({ baseURL, instanceName, apikey }: EvolutionSettings): {
  urlOf(path: string): string;
  headers: Record<string, string>;
} {
  return { urlOf: (path) => `${baseURL}/${path}/${encodeURIComponent(instanceName)}`, headers: { apikey } };
}

export async function sendByEvolution(
  message: OutboundMessage,
  { to, signal }: Sending,
  { settings }: ChannelOf<EvolutionSettings>,
  call: Call,
): Promise<SendOutcome> {
  const { urlOf, headers } = evolutionAccess(settings);
  const { path, body } = requestOf(message);
  // Taken as the message's id from 2.4 on, and passed over before.
  const json = { number: to, messageId: clientMessageId(message.id), ...body };
  return outcomeOfEvolution(await call('POST', urlOf(path), { headers, json, signal, timeoutMs: 45_000 }));
}

function requestOf(given: OutboundMessage): { path: string; body: object } {
  const message = fallback(given);
  const caption = 'caption' in message && message.caption !== null ? { caption: message.caption } : {};
  switch (message.type) {
    case 'text':
      return { path: 'message/sendText', body: { text: message.text, linkPreview: message.linkPreview } };
    case 'image':
      return { path: 'message/sendMedia', body: { mediatype: 'image', media: message.url, ...caption } };
    case 'video':
      return { path: 'message/sendMedia', body: { mediatype: 'video', media: message.url, ...caption } };
    case 'audio':
      return { path: 'message/sendWhatsAppAudio', body: { audio: message.url } };
    case 'document': {
      const mimetype = message.mimeType === null ? {} : { mimetype: message.mimeType };
      return {
        path: 'message/sendMedia',
        body: { mediatype: 'document', media: message.url, fileName: message.fileName, ...mimetype, ...caption },
      };
    }
    default:
      return message satisfies never;
  }
}

/**
 * 201 with an id is the only success. Evolution writes to its database after WhatsApp has the message, in the same step, so 400 and 500 with
 * words of a broken connection may stand for a message that was sent.
 */
export function outcomeOfEvolution(called: Called): SendOutcome {
  if (called.type === 'failed') {
    return called.reached === 'no' ? { type: 'later', reason: called.code, afterMs: null } : { type: 'uncertain', reason: called.code };
  }
  const { status, body, retryAfterMs } = called;
  const keyId = text(fields(fields(body)['key'])['id']);
  if (status >= 200 && status < 300) {
    // Its business channel gives WhatsApp's refusal as the body of a 201.
    return keyId === null ? { type: 'refused', reason: `HTTP ${status} without an id: ${wordsIn(body)}` } : { type: 'sent', keyId };
  }
  const reason = `HTTP ${status}: ${wordsIn(body)}`;
  if (text(fields(body)['code']) === 'LICENSE_REQUIRED')
    return { type: 'misconfigured', reason: 'Evolution 2.4 asks for its licence: LICENSE_REQUIRED' };
  if (status === 429 || status === 503) return { type: 'later', reason, afterMs: retryAfterMs };
  if (status === 401 || status === 403 || status === 404) return { type: 'misconfigured', reason };
  const mayBeSent = status >= 500 || /connection closed|timed out/i.test(reason);
  return mayBeSent ? { type: 'uncertain', reason } : { type: 'refused', reason };
}

/** `message` is a text, a list, a list of lists or a list of objects. Digits of a phone number are not kept. */
export function wordsIn(body: unknown): string {
  const response = fields(body)['response'];
  const message = fields(response)['message'] ?? fields(body)['message'] ?? fields(body)['error'];
  if (JSON.stringify(message ?? '').includes('"exists":false')) return 'the number is not on WhatsApp';
  const words = list(message).flat(2).map(String);
  return (words.length > 0 ? words.join('; ') : (text(message) ?? 'no words')).replace(/\d{8,}/g, '…').slice(0, 300);
}

/** Looks among the newest messages of the chat: by our id, else by what was said since sending began. */
export async function findAtEvolution(
  message: OutboundMessage,
  { to }: Sending,
  sinceMs: number,
  { settings }: ChannelOf<EvolutionSettings>,
  call: Call,
): Promise<Finding> {
  const { urlOf, headers } = evolutionAccess(settings);
  const json = { where: { key: { remoteJid: to, fromMe: true } }, page: 1, offset: 20 };
  const called = await call('POST', urlOf('chat/findMessages'), { headers, json, timeoutMs: 10_000 });
  if (called.type === 'failed' || called.status >= 300) return { type: 'unknown' };
  const { messages } = fields(called.body);
  const records = list(Array.isArray(messages) ? messages : fields(messages)['records']).map(fields);
  const ours = clientMessageId(message.id);
  if (records.some((record) => keyIdOf(record) === ours)) return { type: 'looked', keyIds: [ours] };
  // The newest come first, and of several that read the same the oldest was sent first.
  const same = records.filter((record) => isSame(record, message, sinceMs)).toReversed();
  return { type: 'looked', keyIds: same.map(keyIdOf).filter((id) => id !== null) };
}

function keyIdOf(record: Fields): string | null {
  return text(fields(record['key'])['id']);
}

/** Times have a grain of a second. Without words to compare, a file of the same kind counts. */
function isSame(record: Fields, given: OutboundMessage, sinceMs: number): boolean {
  const sentAt = (number(record['messageTimestamp']) ?? 0) * 1_000;
  if (sentAt < sinceMs - (sinceMs % 1_000)) return false;
  const message = fallback(given);
  const content = fields(record['message']);
  if (message.type === 'text')
    return (text(content['conversation']) ?? text(fields(content['extendedTextMessage'])['text'])) === message.text;
  return Object.keys(content).some((name) => name.startsWith(message.type));
}

/** Marks what is answered as read, and shows typing: the call lasts as long as the typing does. */
export async function attendOnEvolution(
  { to, inReplyTo, typingMs, signal }: Attending,
  { settings }: ChannelOf<EvolutionSettings>,
  call: Call,
): Promise<void> {
  const { urlOf, headers } = evolutionAccess(settings);
  const readMessages = [{ remoteJid: to, fromMe: false, id: inReplyTo }];
  const reading =
    inReplyTo === null
      ? null
      : call('POST', urlOf('chat/markMessageAsRead'), { headers, json: { readMessages }, signal, timeoutMs: 5_000 });
  const json = { number: to, presence: 'composing', delay: typingMs };
  await Promise.all([reading, call('POST', urlOf('chat/sendPresence'), { headers, json, signal, timeoutMs: typingMs + 5_000 })]);
}
