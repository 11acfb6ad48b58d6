import type { Bubble } from '../bot.ts';
import { audio } from './audio.ts';
import type { BubbleKind } from './bubble.ts';
import { customEmbed } from './custom-embed.ts';
import { embed } from './embed.ts';
import { image } from './image.ts';
import type { Settings } from '../settings.ts';
import { skipped, type BubbleView } from './message.ts';
import { text } from './text.ts';
import { video } from './video.ts';

/** Every bubble that can be shown, by Typebot's name for it. A new one is a new file and a new name here. */
export const bubbles = { text, image, video, audio, embed, 'custom-embed': customEmbed } satisfies Record<string, BubbleKind>;

const kinds: ReadonlyMap<string, BubbleKind> = new Map(Object.entries(bubbles));

/** Never throws; an unknown kind (of a newer Typebot) is skipped. */
export function showBubble(bubble: Bubble, settings: Settings): BubbleView {
  return kinds.get(bubble.type)?.show(bubble.content, settings) ?? skipped('unknown_bubble');
}

/** Whether the flow stops at this bubble until the contact writes. */
export function waitsForEvent(bubble: Bubble): boolean {
  return kinds.get(bubble.type)?.waits(bubble.content) ?? false;
}
