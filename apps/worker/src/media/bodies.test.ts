import { inboundEvent } from '@typelane/testkit';
import { expect, test } from 'vitest';
import { extractBody } from './bodies.ts';

const chat = { instanceId: 'i', jid: '5531999990000@s.whatsapp.net' };
const base64 = Buffer.from('the bytes of a photo').toString('base64');
const eventOf = (content: Record<string, unknown>, data: Record<string, unknown> = {}) => {
  const event = inboundEvent(chat, 'image', content);
  return { ...event, data: { ...event.data, ...data } };
};

test.each<[string, ReturnType<typeof eventOf>, string | null]>([
  ['beside the content', eventOf({ base64, mimetype: 'image/png', caption: 'look' }), null],
  ['beside a Baileys message', eventOf({ imageMessage: { url: 'https://mmg.whatsapp.net/x', mimetype: 'image/png' }, base64 }), null],
  ['in the message of Evolution', eventOf({ caption: 'x' }, { message: { base64 } }), null],
  ['in `media` of the event', eventOf({}, { media: { base64, mimetype: 'image/png' } }), null],
  ['in `media` of the content', eventOf({ media: { data: base64, mimetype: 'image/png', filename: 'x.png' } }), null],
  ['as a data URL', eventOf({ url: `data:image/png;base64,${base64}` }), 'image/png'],
  ['as a data URL with parameters', eventOf({ mediaUrl: `data:audio/ogg;codecs=opus;base64,${base64}` }), 'audio/ogg'],
  ['as a data URL under `base64`', eventOf({ base64: `data:image/webp;base64,${base64}` }), 'image/webp'],
  ['under another name', eventOf({ mediaBase64: base64 }), null],
])('a file %s is taken out', (_where, event, mimeType) => {
  const before = structuredClone(event);
  const out = extractBody(event);
  expect(out?.body).toEqual({ base64, mimeType });
  expect(JSON.stringify(out?.event)).not.toContain(base64);
  expect(event).toEqual(before);
  out?.hold({ mediaUrl: 'https://bots.example.com/x.png' });
  expect(out?.event.data.content['mediaUrl']).toBe('https://bots.example.com/x.png');
});

test('of several the longest is the file, and none stays', () => {
  const preview = Buffer.from('small').toString('base64');
  const out = extractBody(eventOf({ base64: preview }, { message: { base64 } }));
  expect(out?.body.base64).toBe(base64);
  expect(JSON.stringify(out?.event)).not.toContain(preview);
});

test.each([
  ['words', { text: `data:image/png;base64,${base64}` }],
  ['a caption', { caption: `data:image/png;base64,${base64}`, url: 'https://example.com/x.png' }],
  ["WhatsApp's thumbnail", { url: 'https://example.com/x.png', jpegThumbnail: base64 }],
  ['keys and hashes', { mediaKey: base64, fileSha256: base64, url: 'https://example.com/x.png' }],
  ['data that are no file', { data: 'anything' }],
])('%s are left as they are', (_what, content) => {
  expect(extractBody(eventOf(content))).toBeNull();
});
