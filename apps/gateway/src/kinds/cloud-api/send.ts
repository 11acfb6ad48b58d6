import type { OutboundMessage } from '@typelane/client';
import type { Call } from '../../call.ts';
import { phoneOf } from '../../inbound.ts';
import type { Attending, ChannelOf, SendOutcome, Sending } from '../kind.ts';
import { outcomeOfCloudApi, windowClosed } from './errors.ts';
import { cloudApiAccess, type CloudApiSettings } from './settings.ts';

/** Business-scoped user ids. Put into `to` they are taken with 200 and dropped, so they go into `recipient`. */
const userId = /^[A-Z]{2}\.(?:ENT\.)?[a-zA-Z0-9]+$/;

export async function sendByCloudApi(
  message: OutboundMessage,
  { to, signal }: Sending,
  { settings }: ChannelOf<CloudApiSettings>,
  call: Call,
): Promise<SendOutcome> {
  const receiver = receiverOf(to);
  if (receiver === null) return { type: 'refused', reason: `the Cloud API cannot write to an address such as ${to.replace(/\d/g, '0')}` };
  const { messagesURL, headers } = cloudApiAccess(settings);
  const frame = { messaging_product: 'whatsapp', recipient_type: 'individual', ...receiver, biz_opaque_callback_data: message.id };
  const post = async (content: object) =>
    outcomeOfCloudApi(await call('POST', messagesURL, { headers, json: { ...frame, ...content }, signal }));
  const outcome = await post(contentOf(message));
  if (outcome.code !== windowClosed || settings.template === undefined || message.type !== 'text') return outcome;
  return post(templateWith(message.text, settings.template));
}

function receiverOf(to: string): { to: string } | { recipient: string } | null {
  const phone = phoneOf(to);
  if (phone !== null) return { to: phone };
  const bare = to.replace(/@s\.whatsapp\.net$/, '');
  return userId.test(bare) ? { recipient: bare } : null;
}

function contentOf(message: OutboundMessage): object {
  switch (message.type) {
    case 'text':
      return { type: 'text', text: { body: message.text, preview_url: message.linkPreview } };
    case 'image':
    case 'video':
      return { type: message.type, [message.type]: { link: message.url, ...captionOf(message) } };
    case 'audio':
      return { type: 'audio', audio: { link: message.url } };
    case 'document':
      return { type: 'document', document: { link: message.url, filename: message.fileName, ...captionOf(message) } };
    case 'buttons':
      return { type: 'interactive', interactive: buttonsOf(message) };
    case 'list':
      return { type: 'interactive', interactive: listOf(message) };
    case 'poll':
      // The Cloud API has no polls.
      return { type: 'text', text: { body: message.fallbackText, preview_url: false } };
    default:
      return message satisfies never;
  }
}

function captionOf({ caption }: { caption: string | null }): object {
  return caption === null ? {} : { caption };
}

function buttonsOf(message: Extract<OutboundMessage, { type: 'buttons' }>): object {
  return {
    type: 'button',
    ...(message.header && { header: { type: 'image', image: { link: message.header.image } } }),
    body: { text: message.body },
    ...(message.footer !== null && { footer: { text: message.footer } }),
    action: { buttons: message.buttons.map((reply) => ({ type: 'reply', reply })) },
  };
}

function listOf(message: Extract<OutboundMessage, { type: 'list' }>): object {
  const rowOf = ({ id, title, description }: (typeof message.sections)[0]['rows'][0]) => ({
    id,
    title,
    ...(description !== null && { description }),
  });
  return {
    type: 'list',
    body: { text: message.body },
    ...(message.footer !== null && { footer: { text: message.footer } }),
    action: { button: message.button, sections: message.sections.map(({ title, rows }) => ({ title, rows: rows.map(rowOf) })) },
  };
}

/** A variable of a template holds no line breaks and no runs of spaces. */
function templateWith(text: string, { name, language }: { name: string; language: string }): object {
  const parameters = [{ type: 'text', text: text.replace(/\s+/g, ' ').trim().slice(0, 1_024) }];
  return { type: 'template', template: { name, language: { code: language }, components: [{ type: 'body', parameters }] } };
}

/** One call marks as read and shows typing. Without a message that is answered there is nothing to mark. */
export async function attendOnCloudApi(
  { inReplyTo, signal }: Attending,
  { settings }: ChannelOf<CloudApiSettings>,
  call: Call,
): Promise<void> {
  if (inReplyTo === null) return;
  const { messagesURL, headers } = cloudApiAccess(settings);
  const json = { messaging_product: 'whatsapp', status: 'read', message_id: inReplyTo, typing_indicator: { type: 'text' } };
  await call('POST', messagesURL, { headers, json, signal, timeoutMs: 5_000 });
}
