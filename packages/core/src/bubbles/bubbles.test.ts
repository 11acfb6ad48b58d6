import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultSettings } from '../settings.ts';
import { bubbles, showBubble, waitsForEvent } from './index.ts';

const show = (type: string, content?: unknown) => showBubble({ id: 'b1', type, content }, defaultSettings);
const rich = (text: string) => ({ type: 'richText', richText: [{ type: 'p', children: [{ text }] }] });
const shown = (...messages: object[]) => ({ type: 'shown', messages });
const skipped = (reason: string) => ({ type: 'skipped', reason });
const link = (text: string) => shown({ type: 'text', text, linkPreview: true });
const text = (words: string) => shown({ type: 'text', text: words, linkPreview: false });
const svg = 'data:image/svg+xml;base64,PHN2Zz4=';

test.each<[string, string, unknown, object]>([
  ['rich text', 'text', rich('Hi'), text('Hi')],
  ['rich text of a bot before 2.26', 'text', { richText: rich('Hi').richText, html: '<p>Hi</p>' }, text('Hi')],
  ['Markdown', 'text', { type: 'markdown', markdown: '**Hi**' }, text('*Hi*')],
  ['the plain text of a very old bot', 'text', { plainText: 'Hi' }, text('Hi')],
  ['a text with only an empty variable', 'text', { type: 'richText', richText: [] }, skipped('empty_text')],
  ['a blank text', 'text', rich(' \n '), skipped('empty_text')],
  ['a text without content', 'text', undefined, skipped('unreadable_content')],
  ['an image', 'image', { url: 'https://x.io/a.png' }, shown({ type: 'image', url: 'https://x.io/a.png', caption: null })],
  ['a GIF as an image', 'image', { url: 'https://x.io/a.gif?x=1' }, shown({ type: 'image', url: 'https://x.io/a.gif?x=1', caption: null })],
  [
    'an image with a link',
    'image',
    { url: 'https://x.io/a.png', clickLink: { url: 'https://x.io/go', alt: 'alt' } },
    shown({ type: 'image', url: 'https://x.io/a.png', caption: 'https://x.io/go' }),
  ],
  [
    'an image with a broken link',
    'image',
    { url: 'https://x.io/a.png', clickLink: 'no' },
    shown({ type: 'image', url: 'https://x.io/a.png', caption: null }),
  ],
  ['an SVG file', 'image', { url: 'https://x.io/a.SVG?v=1' }, skipped('svg')],
  ['an inline SVG', 'image', { url: svg }, skipped('svg')],
  ['the link of an image that WhatsApp has not', 'image', { url: svg, clickLink: { url: 'https://x.io/go' } }, link('https://x.io/go')],
  ['an inline image', 'image', { url: 'data:image/png;base64,AAAA' }, skipped('not_http')],
  [
    'an image whose address has a space',
    'image',
    { url: ' https://x.io/my photo.png' },
    shown({ type: 'image', url: 'https://x.io/my%20photo.png', caption: null }),
  ],
  ['an image whose variable is not set', 'image', { url: '{{photo}}' }, skipped('unresolved_url')],
  ['an image without address', 'image', {}, skipped('no_url')],
  ['a video file', 'video', { url: 'https://x.io/a.mp4', type: 'url' }, shown({ type: 'video', url: 'https://x.io/a.mp4', caption: null })],
  [
    'a YouTube video',
    'video',
    { url: 'youtube.com/watch?v=dQw4w9WgXcQ', id: 'dQw4w9WgXcQ', type: 'youtube' },
    link('https://www.youtube.com/watch?v=dQw4w9WgXcQ'),
  ],
  ['a Vimeo video', 'video', { url: 'vimeo.com/123', id: '123', type: 'vimeo' }, link('https://vimeo.com/123')],
  [
    'a TikTok video by its page',
    'video',
    { url: 'tiktok.com/@ana/video/1', id: '1', type: 'tiktok' },
    link('https://tiktok.com/@ana/video/1'),
  ],
  ['a TikTok video by its player', 'video', { id: '1', type: 'tiktok' }, link('https://www.tiktok.com/embed/v2/1')],
  ['a Gumlet video', 'video', { id: 'g1', type: 'gumlet' }, link('https://play.gumlet.io/embed/g1')],
  ['a hosted video without its id', 'video', { url: 'youtube.com/watch?v=x', type: 'youtube' }, link('https://youtube.com/watch?v=x')],
  ['a hosted video whose variable is not set', 'video', { url: '{{video}}', id: '{{id}}', type: 'vimeo' }, skipped('unresolved_url')],
  [
    'a video of a provider of tomorrow',
    'video',
    { url: 'https://x.io/v', id: '1', type: 'new' },
    shown({ type: 'video', url: 'https://x.io/v', caption: null }),
  ],
  ['a video without address', 'video', { type: 'url' }, skipped('no_url')],
  ['audio, not as a voice note', 'audio', { url: 'https://x.io/a.mp3' }, shown({ type: 'audio', url: 'https://x.io/a.mp3', voice: false })],
  ['audio whose variable is not set', 'audio', { url: '{{audio}}' }, skipped('unresolved_url')],
  ['audio from nowhere', 'audio', { url: '' }, skipped('no_url')],
  ['an embedded page', 'embed', { url: 'https://x.io/page.html', height: 400 }, link('https://x.io/page.html')],
  [
    'an embedded document',
    'embed',
    { url: 'https://x.io/files/Meu%20contrato.pdf?sig=1' },
    shown({
      type: 'document',
      url: 'https://x.io/files/Meu%20contrato.pdf?sig=1',
      fileName: 'Meu contrato.pdf',
      mimeType: 'application/pdf',
      caption: null,
    }),
  ],
  ['an embed that waits', 'embed', { url: 'https://x.io/w', waitForEvent: { isEnabled: true, name: 'done' } }, link('https://x.io/w')],
  ['an embed of no page', 'embed', { url: 'javascript:alert(1)' }, skipped('not_http')],
  ['a booking page', 'custom-embed', { url: 'https://cal.com/ana', initFunction: { args: {}, content: 'x' } }, link('https://cal.com/ana')],
  ['a booking page without address', 'custom-embed', {}, skipped('no_url')],
  ['a bubble of a newer Typebot', 'hologram', {}, skipped('unknown_bubble')],
  ['a bubble called like a built-in', 'constructor', {}, skipped('unknown_bubble')],
])('shows %s', (_, type, content, expected) => {
  expect(show(type, content)).toEqual(expected);
});

test('splits a text longer than WhatsApp allows between its paragraphs', () => {
  const paragraph = 'word '.repeat(500).trim();
  const richText = [1, 2, 3].flatMap(() => [
    { type: 'p', children: [{ text: paragraph }] },
    { type: 'p', children: [{ text: '' }] },
  ]);
  expect(show('text', { type: 'richText', richText })).toEqual(
    shown(...[1, 2, 3].map(() => ({ type: 'text', text: paragraph, linkPreview: false }))),
  );
});

test('a link too long for a caption follows the image', () => {
  const url = `https://x.io/${'a'.repeat(1_100)}`;
  expect(show('image', { url: 'https://x.io/a.png', clickLink: { url } })).toEqual(
    shown({ type: 'image', url: 'https://x.io/a.png', caption: null }, { type: 'text', text: url, linkPreview: false }),
  );
});

test.each<[string, unknown, boolean]>([
  ['embed', { url: 'https://x.io', waitForEvent: { isEnabled: true } }, true],
  ['embed', { url: 'https://x.io', waitForEvent: { isEnabled: false } }, false],
  ['embed', { url: 'https://x.io' }, false],
  ['embed', null, false],
  ['custom-embed', { url: 'https://cal.com/ana' }, true],
  ['custom-embed', null, true],
  ['text', rich('Hi'), false],
])('the flow stops at %s %j: %s', (type, content, expected) => {
  expect(waitsForEvent({ id: 'b1', type, content })).toBe(expected);
});

test('takes any content', () => {
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.record({ url: fc.jsonValue(), id: fc.jsonValue(), type: fc.jsonValue(), richText: fc.jsonValue() }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...Object.keys(bubbles)), anything, (type, content) => {
      expect(show(type, content).type).toMatch(/^(?:shown|skipped)$/);
      expect(waitsForEvent({ id: 'b1', type, content })).toBeTypeOf('boolean');
    }),
  );
});
