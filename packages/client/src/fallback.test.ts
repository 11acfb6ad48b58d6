import { outboundMessageSchema, type OutboundMessage } from '@typelane/core';
import { expect, test } from 'vitest';
import { fallback } from './fallback.ts';

const pace = { id: '0b0f6a5e-7f3e-4c54-9d05-6a4f3f6f7d11', typingMs: 700, waitMs: 50 };

test.each<OutboundMessage>([
  {
    type: 'buttons',
    ...pace,
    body: 'Go on?',
    header: { image: 'https://example.org/a.png' },
    footer: null,
    buttons: [{ id: 'a', title: 'Yes' }],
    fallbackText: 'Go on?\n1. Yes',
  },
  {
    type: 'list',
    ...pace,
    body: 'Go on?',
    footer: null,
    button: 'Choose',
    sections: [{ title: 'All', rows: [{ id: 'a', title: 'Yes', description: null }] }],
    fallbackText: 'Go on?\n1. Yes',
  },
])('$type becomes its text, with the same id and pace', (message) => {
  const text = fallback(message);
  expect(text).toEqual({ type: 'text', ...pace, text: 'Go on?\n1. Yes', linkPreview: false });
  expect(outboundMessageSchema.safeParse(text).success).toBe(true);
});

test('any other message stays as it is', () => {
  const image: OutboundMessage = { type: 'image', ...pace, url: 'https://example.org/a.png', caption: null };
  expect(fallback(image)).toBe(image);
});
