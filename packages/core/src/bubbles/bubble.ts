import type { z } from 'zod';
import { skipped, type View } from './message.ts';

export type BubbleKind = {
  /** Takes a bubble's content as it came. Never throws. */
  show(content: unknown): View;
  /** Whether the flow stops at this bubble until the contact writes. */
  waits(content: unknown): boolean;
};

/** A kind of bubble: the shape of its content and how it is shown. Content of another shape is skipped. */
export function bubbleKind<S extends z.ZodType>(
  content: S,
  kind: { show: (content: z.output<S>) => View; waits?: (content: z.output<S> | null) => boolean },
): BubbleKind {
  return {
    show(raw) {
      const read = content.safeParse(raw);
      return read.success ? kind.show(read.data) : skipped('unreadable_content');
    },
    waits(raw) {
      if (kind.waits === undefined) return false;
      return kind.waits(content.safeParse(raw).data ?? null);
    },
  };
}
