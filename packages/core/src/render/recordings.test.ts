import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { botActionSchema, botInputSchema, bubbleSchema, type BotReply } from '../bot.ts';
import type { OutboundDraft } from '../outbound.ts';
import { render } from '../render.ts';
import { settingsSchema } from '../settings.ts';

const folder = new URL('../../../testkit/recordings/', import.meta.url);
const replySchema = z.looseObject({
  messages: z.array(bubbleSchema),
  input: botInputSchema.nullish(),
  clientSideActions: z.array(botActionSchema).nullish(),
});
const recordingSchema = z.looseObject({
  exchanges: z.array(z.looseObject({ response: z.looseObject({ status: z.number(), body: z.unknown().optional() }) })),
});

const recordings = readdirSync(folder).filter((name) => name.endsWith('.json'));

/** Every answer of a real Typebot in the file, as we would hand it to `render`. */
function repliesIn(name: string): BotReply[] {
  const { exchanges } = recordingSchema.parse(JSON.parse(readFileSync(new URL(name, folder), 'utf8')));
  return exchanges.flatMap(({ response }) => {
    const read = response.status === 200 ? replySchema.safeParse(response.body) : null;
    if (!read?.success) return [];
    const { messages, input, clientSideActions } = read.data;
    return [{ bubbles: messages, input: input ?? null, actions: clientSideActions ?? [], started: null, logs: [] }];
  });
}

const draw = (reply: BotReply, isFirst = false) =>
  render(reply, {
    settings: settingsSchema.parse({ locale: 'en', hints: { choice: '' } }),
    typing: null,
    isFirst,
    preceding: [],
    hasSpoken: false,
  });
const told = (message: OutboundDraft) =>
  'text' in message ? message.text : 'fallbackText' in message ? message.fallbackText : message.url;

test.each(recordings)('shows all that a real Typebot said in %s', (name) => {
  for (const reply of repliesIn(name)) {
    const { messages, skipped } = draw(reply);
    const blank = skipped.filter(({ reason }) => reason === 'empty_text').length;
    // Buttons take the text before them along, so there may be one message fewer than there are bubbles.
    const isMerged = reply.input !== null && !['text input', 'number input'].includes(reply.input.type);
    expect(messages.length).toBeGreaterThanOrEqual(reply.bubbles.length - blank - (isMerged ? 1 : 0));
    for (const { reason } of skipped) expect(reason).toMatch(/^(?:empty_text|browser_only|nothing_after_it)$/);
  }
});

test('there is something to show', () => {
  expect(recordings.flatMap(repliesIn).length).toBeGreaterThan(100);
});

test('a real conversation reads well', () => {
  const replies = repliesIn('wa-all.json');
  const [start] = replies;
  expect(start && draw(start, true).messages.map(told)).toEqual([
    'instanceInstanceId=inst-1\nkeyRemoteJid=5511999990000@s.whatsapp.net\nkeyId=3EB0AAA\ncontentType=conversation\nmessageId=msg-1\npushName=Ana\nbusinessId=biz-1',
    'Plain, *bold*, _italic_, underline, ~strike~, _*bold italic*_.',
    'Link: Typebot site (https://typebot.com/?a=1&b=2) and bare https://example.com',
    'First line\n\nThird line (second is empty)\nHello *Ana*!',
    '* bullet one\n* bullet two\n1. number one\n2. number two',
    'Unset variable: [] unknown variable: []',
    'https://media.example.com/image.png',
    'https://media.example.com/image.png',
    'https://media.example.com/video.mp4',
    'https://www.youtube.com/watch?v=dQw4w9WgXcQ',
    'https://media.example.com/audio.wav',
    'https://example.com/embed?u=Ana',
    'https://media.example.com/document.pdf',
    'Pick one:\n\n1. Continue\n2. Internal\n3. Stop here\n4. Hello Ana',
  ]);
  expect(replies.slice(1).map((reply) => draw(reply).messages.map(told).join(' | '))).toMatchSnapshot();
});
