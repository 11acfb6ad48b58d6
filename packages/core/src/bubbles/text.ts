import { z } from 'zod';
import { richTextToWhatsApp } from '../rich-text.ts';
import { markdownToWhatsApp } from '../rich-text/markdown.ts';
import { limits } from '../whatsapp.ts';
import { bubbleKind } from './bubble.ts';
import { ordered } from './command.ts';
import { marked } from './marked.ts';
import { shown, skipped, texts } from './message.ts';

/** Before Typebot 2.26 there was no `type`, and very old bots have only `plainText`. */
const contentSchema = z.looseObject({
  richText: z.array(z.unknown()).nullish(),
  markdown: z.string().nullish(),
  plainText: z.string().nullish(),
});

export const text = bubbleKind(contentSchema, {
  about: {
    becomes: 'text in WhatsApp’s own marks; right before buttons or a list it is their body and not sent again',
    limits: `${limits.text} characters; a longer one becomes several messages, cut between paragraphs, else lines, else words`,
    differs: 'Typebot’s channel does not split, so WhatsApp refuses what is too long',
  },
  show(content, { compat }) {
    const words = wordsOf(content);
    const command = compat.commands ? ordered(words) : null;
    if (command !== null) return command;
    const messages = (compat.markers ? marked(words) : null) ?? texts(words);
    return messages.length > 0 ? shown(...messages) : skipped('empty_text');
  },
});

function wordsOf({ richText, markdown, plainText }: z.output<typeof contentSchema>): string {
  if (richText && richText.length > 0) return richTextToWhatsApp(richText);
  return markdown ? markdownToWhatsApp(markdown) : (plainText ?? '');
}
