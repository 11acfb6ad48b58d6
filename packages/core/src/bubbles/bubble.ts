import type { z } from 'zod';
import type { About } from '../render/about.ts';
import type { Settings } from '../settings.ts';
import { skipped, type BubbleView } from './message.ts';

export type BubbleKind = {
  about: About;
  /** Takes a bubble's content as it came. Never throws. */
  show(content: unknown, settings: Settings): BubbleView;
  /** Whether the flow stops at this bubble until the contact writes. */
  waits(content: unknown): boolean;
};

type Definition<C> = {
  about: About;
  show: (content: C, settings: Settings) => BubbleView;
  /** Default: never. */
  waits?: (content: C | null) => boolean;
};

/** A kind of bubble: the shape of its content and how it is shown. Content of another shape is skipped. */
export function bubbleKind<S extends z.ZodType>(content: S, kind: Definition<z.output<S>>): BubbleKind {
  return {
    about: kind.about,
    show(raw, settings) {
      const read = content.safeParse(raw);
      return read.success ? kind.show(read.data, settings) : skipped('unreadable_content');
    },
    waits(raw) {
      if (kind.waits === undefined) return false;
      return kind.waits(content.safeParse(raw).data ?? null);
    },
  };
}
