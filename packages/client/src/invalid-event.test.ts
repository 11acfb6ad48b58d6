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
  ['no event name', { ...event, event: undefined }, '`event` is required'],
  ['an empty event name', { ...event, event: '' }, '`event` must be text of at least 1 character, but got ""'],
  ['another version', { ...event, schemaVersion: 2 }, '`schemaVersion` must be `1`, but got 2'],
  ['no instance', { ...event, instance: undefined }, '`instance` is required'],
  ['no instance id', { ...event, instance: {} }, '`instance.instanceId` is required'],
  ['no data', { ...event, data: null }, '`data` must be an object, but got null'],
  ['no key id', without('keyId'), '`data.keyId` is required'],
  ['a numeric key id', withData({ keyId: 7 }), '`data.keyId` must be text, but got 7'],
  ['no chat', without('keyRemoteJid'), '`data.keyRemoteJid` is required'],
  [
    'a chat too long',
    withData({ keyRemoteJid: '5'.repeat(201) }),
    '`data.keyRemoteJid` must be text of at most 200 characters, but got "5555',
  ],
  ['no content type', without('contentType'), '`data.contentType` is required'],
  ['no content', without('content'), '`data.content` is required'],
  ['content that is text', withData({ content: 'oi' }), '`data.content` must be an object, but got "oi"'],
  ['content that is a list', withData({ content: ['oi'] }), '`data.content` must be an object, but got a list of 1'],
  ['a direction in words', withData({ keyFromMe: 'no' }), '`data.keyFromMe` must be true or false, but got "no"'],
  ['a time before 1970', withData({ messageTimestamp: -1 }), '`data.messageTimestamp` must be at least 0, but got -1'],
  [
    'a time in words',
    withData({ messageTimestamp: 'now' }),
    '`data.messageTimestamp` must be the seconds since 1970, as a number or its digits, but got "now"',
  ],
  [
    'a message id that is neither text nor number',
    withData({ messageId: true }),
    '`data.messageId` must be text or a number, but got true',
  ],
  ['no event at all', undefined, 'The event must be an object, but got nothing'],
  ['a string', JSON.stringify(event).slice(0, 60), 'The event must be an object, but got "{'],
  ['an array with a gap', [event, null], '`1` must be an object, but got null'],
  ['an array with an invalid event', [event, without('keyId')], '`1.data.keyId` is required'],
  ['an empty array', [], 'The event must be one event or a list of 1 to 500, but got a list of 0'],
  ['too many events', Array.from({ length: 501 }, () => event), 'The event must be one event or a list of 1 to 500, but got a list of 501'],
  ['an array in an array', [[event]], '`0` must be an object, but got a list of 1'],
])('%s is refused with a sentence that names the field, what is allowed and what came', (_, value, sentence) => {
  expect(refusalOf(value)).toContain(sentence);
});

test('every problem of an event is reported in a sentence of its own', () => {
  const error = refusalOf({ ...without('keyId'), event: '' });
  expect(error).toBe('`event` must be text of at least 1 character, but got "". `data.keyId` is required');
});

const nested = (levels: number): unknown => (levels === 0 ? 'end' : { inner: nested(levels - 1) });
const endless: Record<string, unknown> = {};
endless['self'] = endless;

test.each([
  ['a text of 64 KiB', withData({ content: { text: 'a'.repeat(65_536) } }), 'accepted'],
  [
    'a longer text',
    withData({ content: { text: 'a'.repeat(65_537) } }),
    '`data.content.text` must be text of at most 65536 bytes, but got 65537 bytes',
  ],
  [
    'a text longer in bytes',
    withData({ content: { text: 'ã'.repeat(32_769) } }),
    '`data.content.text` must be text of at most 65536 bytes, but got 65538 bytes',
  ],
  [
    'a caption too long, in an array',
    [event, withData({ content: { image: { caption: 'a'.repeat(70_000) } } })],
    '`1.data.content.image.caption` must be text of at most 65536 bytes, but got 70000 bytes',
  ],
  ['a long thumbnail', withData({ content: { jpegThumbnail: 'a'.repeat(100_000) } }), 'accepted'],
  [
    'a job of more than 512 KiB',
    withData({ content: { file: 'a'.repeat(524_288) } }),
    'The event must be at most 524288 bytes of JSON, but ',
  ],
  [
    'many events of more than 512 KiB together',
    Array.from({ length: 10 }, () => withData({ content: { file: 'a'.repeat(60_000) } })),
    'The event must be at most 524288 bytes of JSON, but ',
  ],
  ['32 levels', withData({ content: nested(30) }), 'accepted'],
  ['33 levels', withData({ content: nested(31) }), '`data.content.inner` must nest at most 32 levels, but got more'],
  ['nesting without end', withData({ content: endless }), '`data.content.self` must nest at most 32 levels, but got more'],
  ['33 levels in an array', [event, withData({ content: nested(31) })], '`1.data.content` must nest at most 32 levels, but got more'],
  ['a value JSON has not', withData({ content: { big: 1n } }), 'The event must be a JSON value, but got something JSON cannot hold'],
])('%s', (_, value, sentence) => {
  expect(refusalOf(value)).toContain(sentence);
});

test('unknown fields are accepted', () => {
  expect(refusalOf({ ...withData({ later: { any: 'thing' } }), more: 1 })).toBe('accepted');
});
