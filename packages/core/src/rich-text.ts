import { linesOf } from './rich-text/blocks.ts';

/**
 * Typebot's rich text in WhatsApp's own marks: `*bold*`, `_italic_`, `~strikethrough~`, code in backticks, lists, quotes. One line
 * per paragraph; empty lines at the end are dropped. Takes any JSON: what is no rich text is left out, and no text that can be seen is lost.
 * Empty when there is nothing to say.
 */
export function richTextToWhatsApp(nodes: unknown): string {
  return linesOf(Array.isArray(nodes) ? nodes : [nodes], 0)
    .join('\n')
    .trimEnd();
}
