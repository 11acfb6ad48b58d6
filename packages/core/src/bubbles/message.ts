import { limits, splitText, storable } from '../whatsapp.ts';
import type { OutboundDraft } from '../outbound.ts';
import type { SkipReason } from '../render/reasons.ts';

type WithoutPace<M> = M extends unknown ? Omit<M, 'typingMs' | 'waitMs'> : never;

/** A message before it is known when it is sent. */
export type Unpaced = WithoutPace<OutboundDraft>;

/** What a bubble or an action comes to. */
export type View = { type: 'shown'; messages: Unpaced[] } | { type: 'skipped'; reason: SkipReason };

/** What the flow orders of us: to leave the chat to a human, or to end the session. */
export type Order = 'pause' | 'close';

/** A text may also be a command that is not shown. `unknown`: the names in it that mean nothing here. */
export type BubbleView = View | { type: 'ordered'; orders: Order[]; unknown: string[] };

export const skipped = (reason: SkipReason): View => ({ type: 'skipped', reason });
export const shown = (...messages: Unpaced[]): View => ({ type: 'shown', messages });

/** As many texts as `text` needs; none when it is blank. `linkPreview` is for texts that are only there for their link. */
export function texts(text: string, linkPreview = false): Unpaced[] {
  return splitText(storable(text)).map((piece) => ({ type: 'text', text: piece, linkPreview }));
}

/** An image with its text; a text too long for a caption follows on its own. */
export function captionedImage(url: string, caption: string): Unpaced[] {
  const text = storable(caption);
  if (text.length > limits.caption) return [{ type: 'image', url, caption: null }, ...texts(text)];
  return [{ type: 'image', url, caption: text === '' ? null : text }];
}
