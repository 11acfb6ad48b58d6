import { linesOf } from './rich-text/blocks.ts';

/**
 * Typebot's rich text with WhatsApp's formatting: `*bold*`, `_italic_`, `~strikethrough~`, code in backticks, lists, quotes. One line per
 * paragraph, without empty lines at the end. Accepts any JSON: what is not rich text is left out, and no visible text is lost. Empty if there is
 * no visible text.
 */
export function richTextToWhatsApp(nodes: unknown): string {
  return linesOf(Array.isArray(nodes) ? nodes : [nodes], 0)
    .join('\n')
    .trimEnd();
}
