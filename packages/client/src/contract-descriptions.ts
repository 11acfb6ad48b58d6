/** What the fields of an inbound event mean, by their path. For people who read the published schema and not our code. */
export const inboundDescriptions: Record<string, string> = {
  schemaVersion: 'Version of this contract. Absent: 1.',
  event: '`messages.upsert` carries a message. Events of other names are recorded, and used or ignored with a reason.',
  instance: 'The WhatsApp instance (a connected number) the event belongs to.',
  'instance.instanceId': 'Unique over all tenants. The events of an instance that is not registered are recorded and ignored.',
  'instance.Business': 'The tenant, for an instance that is not registered with one.',
  data: 'The message, as in the webhook `messages.upsert` of CodeChat v2.',
  'data.keyId': "WhatsApp's own id of the message. The same message published again carries the same one.",
  'data.keyRemoteJid':
    'The chat, such as 5531999999999@s.whatsapp.net, 123456789012345@lid or BR.1502576394655843. Replies go to this address. An event may tell another name of the same contact (a phone beside a LID or BSUID, or the reverse) in `keyRemoteJidAlt`, `remoteJidAlt`, `keyLid`, `senderLid`, `senderPn`, `userId`, `fromUserId`, `from_user_id`, `waId` or `wa_id`, here or in `key`: from then on both are one conversation.',
  'data.keyFromMe': 'Written on the phone of the instance. Absent: false, unless `source` is `api`.',
  'data.keyParticipant':
    'Who wrote, in a group. Another name of theirs is read from `keyParticipantLid`, `keyParticipantAlt`, `participantAlt`, `participantLid` or `participantPn`.',
  'data.messageId': "The producer's own id of the message; the bot sees it as the variable `messageId`.",
  'data.pushName': 'The name the contact gave themselves.',
  'data.contentType': 'What `content` holds, such as text, image, audio, video, document, sticker, location, contact, buttonsResponse.',
  'data.content':
    'The message itself. The words of a text are in `text`, those of a picture in `caption`; each at most 64 KiB. A file is an address in `mediaUrl` or `url`, or stands in `base64` while the job stays within 512 KiB; upload bigger ones and give their address.',
  'data.source': 'What the message was written with: ios, android, web, or api for a message sent by a program.',
  'data.messageTimestamp': 'Seconds since 1970.',
  traceparent: 'W3C trace context; the reply carries it on.',
};

/** What the fields of an outbound reply mean, by their path. */
export const outboundDescriptions: Record<string, string> = {
  schemaVersion: 'Version of this contract.',
  replyId: 'The same reply may be delivered again under the same id, never two replies under one: deduplicate by it.',
  instanceId: 'The WhatsApp instance to send with.',
  businessId: 'The tenant of the instance.',
  sessionId: 'The session of the bot; null for a message outside of one.',
  seq: 'Dense and rising per chat, from 1.',
  to: 'The address the contact wrote from, unchanged.',
  inReplyTo: 'The `keyId` of the message that is answered.',
  traceparent: 'W3C trace context of the event that is answered.',
  messages: 'To be sent in this order, one after the other.',
  'messages.id': 'Unique. Give it to a gateway that deduplicates.',
  'messages.typingMs': 'Milliseconds of "typing" to show before this message, after `waitMs`.',
  'messages.waitMs': 'Milliseconds to stay silent before this message.',
  'messages.voice': 'True: send it as a voice note.',
  'messages.buttons': 'Each title is a button; its id comes back when the contact taps it.',
  'messages.sections': 'Rows under titles; the id of a row comes back when the contact chooses it.',
};

/** What the fields of a session event mean, by their path. */
export const eventDescriptions: Record<string, string> = {
  schemaVersion: 'Version of this contract.',
  type: 'What happened.',
  timestamp: "When, by the database's clock.",
  'data.sessionEventId':
    'The same event may come again under the same id, never two events under one: deduplicate by it. A webhook gets it as `webhook-id`.',
  'data.instanceId': 'The WhatsApp instance it happened at.',
  'data.businessId': 'The tenant of the instance; null when the instance is not registered.',
  'data.sessionId': 'The session; null when there was none.',
  'data.keyRemoteJid': 'The chat, in its normal form; null when it could not be read.',
  'data.keyParticipant': 'Whose conversation it is, in a group where each participant has one.',
  'data.typebotIntegrationId': 'The integration that the session belongs to.',
  'data.keyId': "WhatsApp's id of the message; null when it was an operator's command, or could not be read.",
  'data.deadLetterId': "The event's dead letter, to be redriven or discarded; null when it was an operator's command.",
  'data.turnId': 'Names the turn, to be resolved by whoever finds out.',
  'data.reason': 'Why; a code that may be followed by words of Typebot, never of a contact.',
};
