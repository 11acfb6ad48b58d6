import { inboundEventSchema } from '@typelane/core';
import type { InboundEvent } from '@typelane/core';
import { expect, test } from 'vitest';
import {
  inboundButtonReply,
  inboundContact,
  inboundListReply,
  inboundLocation,
  inboundMedia,
  inboundReaction,
  inboundText,
} from './inbound-events.ts';

const chat = { instanceId: 'instance-1', jid: '5531999990000@s.whatsapp.net' };

test.each<[string, InboundEvent]>([
  ['text', inboundText({ ...chat, text: 'oi' })],
  ['image', inboundMedia({ ...chat, media: 'image', url: 'https://example.com/a.png', caption: 'look', mimeType: 'image/png' })],
  ['buttonsResponse', inboundButtonReply({ ...chat, id: 'b1', title: 'Yes' })],
  ['listResponse', inboundListReply({ ...chat, id: 'r1', title: 'Row' })],
  ['location', inboundLocation({ ...chat, latitude: -19.9, longitude: -43.9, name: 'BH' })],
  ['contact', inboundContact({ ...chat, name: 'Bia', phone: '+55 31 98888-0000' })],
  ['reaction', inboundReaction({ ...chat, to: '3EB0', emoji: '👍' })],
])('a built %s event is valid', (contentType, event) => {
  expect(inboundEventSchema.parse(event)).toEqual(event);
  expect(event.data.contentType).toBe(contentType);
});

test('two built events are two messages', () => {
  const [first, second] = [inboundText({ ...chat, text: 'oi' }), inboundText({ ...chat, text: 'oi' })];
  expect(first.data.keyId).not.toBe(second.data.keyId);
});

test('omitted fields are not sent', () => {
  const event = inboundText({ ...chat, text: 'oi', businessId: null, timestamp: null });
  expect(event.instance).not.toHaveProperty('Business');
  expect(event.data).not.toHaveProperty('messageTimestamp');
  expect(event.data).not.toHaveProperty('keyFromMe');
});
