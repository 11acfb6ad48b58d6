import { z } from 'zod';
import { richTextToWhatsApp } from '../rich-text.ts';
import { markdownToWhatsApp } from '../rich-text/markdown.ts';
import { bubbleKind } from './bubble.ts';
import { shown, skipped, texts } from './message.ts';

/** Before Typebot 2.26 there was no `type`, and very old bots have only `plainText`. */
const contentSchema = z.looseObject({
  richText: z.array(z.unknown()).nullish(),
  markdown: z.string().nullish(),
  plainText: z.string().nullish(),
});

export const text = bubbleKind(contentSchema, {
  show(content) {
    const messages = texts(wordsOf(content));
    return messages.length > 0 ? shown(...messages) : skipped('empty_text');
  },
});

function wordsOf({ richText, markdown, plainText }: z.output<typeof contentSchema>): string {
  if (richText && richText.length > 0) return richTextToWhatsApp(richText);
  return markdown ? markdownToWhatsApp(markdown) : (plainText ?? '');
}
