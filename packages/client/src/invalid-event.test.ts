import { inboundText } from '@typelane/testkit';
import { expect, test } from 'vitest';
import { assertInbound, InvalidEventError } from './invalid-event.ts';

const event = inboundText({ instanceId: 'shop', jid: '5531999999999@s.whatsapp.net', keyId: '3EB0', text: 'oi', timestamp: 1 });
const withData = (data: object) => ({ ...event, data: { ...event.data, ...data } });
const without = (name: string) => withData({ [name]: undefined });

function refusalOf(value: unknown): string {
  try {
    assertInbound(value);
    return 'accepted';
  } catch (error) {
    return error instanceof InvalidEventError ? error.message : 'another error';
  }
}

test.each([
  ['no event name', { ...event, event: undefined }, 'event must be text, but nothing came.'],
  ['an empty event name', { ...event, event: '' }, 'event must be text of at least 1 character, but empty text came.'],
  ['another version', { ...event, schemaVersion: 2 }, 'schemaVersion must be 1, but number 2 came.'],
  ['no instance', { ...event, instance: undefined }, 'instance must be an object, but nothing came.'],
  ['no instance id', { ...event, instance: {} }, 'instance.instanceId must be text, but nothing came.'],
  ['no data', { ...event, data: null }, 'data must be an object, but null came.'],
  ['no key id', without('keyId'), 'data.keyId must be text, but nothing came.'],
  ['a numeric key id', withData({ keyId: 7 }), 'data.keyId must be text, but number 7 came.'],
  ['no chat', without('keyRemoteJid'), 'data.keyRemoteJid must be text, but nothing came.'],
  [
    'a chat too long',
    withData({ keyRemoteJid: '5'.repeat(201) }),
    'data.keyRemoteJid must be text of at most 200 characters, but text of 201 characters came.',
  ],
  ['no content type', without('contentType'), 'data.contentType must be text, but nothing came.'],
  ['no content', without('content'), 'data.content must be an object, but nothing came.'],
  ['content that is text', withData({ content: 'oi' }), 'data.content must be an object, but the text "oi" came.'],
  ['content that is a list', withData({ content: ['oi'] }), 'data.content must be an object, but an array of 1 came.'],
  ['a direction in words', withData({ keyFromMe: 'no' }), 'data.keyFromMe must be true or false, but the text "no" came.'],
  ['a time before 1970', withData({ messageTimestamp: -1 }), 'data.messageTimestamp must be at least 0, but number -1 came.'],
  [
    'a time in words',
    withData({ messageTimestamp: 'now' }),
    'data.messageTimestamp must be text that matches /^\\d{0,16}$/, but the text "now" came.',
  ],
  [
    'a message id that is neither text nor number',
    withData({ messageId: true }),
    'data.messageId must be text or a number, but boolean true came.',
  ],
  ['no event at all', undefined, 'the event must be an object, but nothing came.'],
  ['a string', JSON.stringify(event).slice(0, 60), 'the event must be an object, but the text'],
  ['an array with a gap', [event, null], 'the event [1] must be an object, but null came.'],
  ['an array with an invalid event', [event, without('keyId')], '[1].data.keyId must be text, but nothing came.'],
  ['an empty array', [], 'the array of events must hold 1 to 500 events, but 0 came.'],
  ['too many events', Array.from({ length: 501 }, () => event), 'the array of events must hold 1 to 500 events, but 501 came.'],
  ['an array in an array', [[event]], 'the event [0] must be an object, but an array of 1 came.'],
])('%s is refused in a sentence that names the field, what is expected and what came', (_, value, sentence) => {
  expect(refusalOf(value)).toContain(sentence);
});

test('every problem of an event has its sentence', () => {
  const error = refusalOf({ ...without('keyId'), event: '' });
  expect(error).toBe('event must be text of at least 1 character, but empty text came. data.keyId must be text, but nothing came.');
});

const nested = (levels: number): unknown => (levels === 0 ? 'end' : { inner: nested(levels - 1) });
const endless: Record<string, unknown> = {};
endless['self'] = endless;

test.each([
  ['a text of 64 KiB', withData({ content: { text: 'a'.repeat(65_536) } }), 'accepted'],
  [
    'a longer text',
    withData({ content: { text: 'a'.repeat(65_537) } }),
    'data.content.text must be text of at most 65536 bytes, but 65537 bytes came.',
  ],
  [
    'a text longer in bytes',
    withData({ content: { text: 'ã'.repeat(32_769) } }),
    'data.content.text must be text of at most 65536 bytes, but 65538 bytes came.',
  ],
  [
    'a caption too long, in an array',
    [event, withData({ content: { image: { caption: 'a'.repeat(70_000) } } })],
    '[1].data.content.image.caption must be text of at most 65536 bytes, but 70000 bytes came.',
  ],
  ['a long thumbnail', withData({ content: { jpegThumbnail: 'a'.repeat(100_000) } }), 'accepted'],
  [
    'a job of more than 512 KiB',
    withData({ content: { file: 'a'.repeat(524_288) } }),
    'the event must be at most 524288 bytes of JSON, but ',
  ],
  [
    'many events of more than 512 KiB together',
    Array.from({ length: 10 }, () => withData({ content: { file: 'a'.repeat(60_000) } })),
    'the array of events must be at most 524288 bytes of JSON, but ',
  ],
  ['32 levels', withData({ content: nested(30) }), 'accepted'],
  ['33 levels', withData({ content: nested(31) }), 'data.content.inner must nest at most 32 levels, but more came.'],
  ['nesting without end', withData({ content: endless }), 'data.content.self must nest at most 32 levels, but more came.'],
  ['33 levels in an array', [event, withData({ content: nested(31) })], '[1].data.content must nest at most 32 levels, but more came.'],
  ['a value JSON has not', withData({ content: { big: 1n } }), 'the event must be a JSON value, but something JSON cannot hold came.'],
])('%s', (_, value, sentence) => {
  expect(refusalOf(value)).toContain(sentence);
});

test('fields nobody knows pass', () => {
  expect(refusalOf({ ...withData({ later: { any: 'thing' } }), more: 1 })).toBe('accepted');
});
