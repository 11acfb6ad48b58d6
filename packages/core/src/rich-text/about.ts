/** What docs/rendering.md tells of rich text: Typebot's node, what WhatsApp gets, and what Typebot's own channel sends instead where it differs. */
export const richTextAbout: readonly (readonly [node: string, becomes: string, differs?: string])[] = [
  ['bold, italic, strikethrough', '`*b*`, `_i_`, `~s~`; no mark inside a word or around white space, where WhatsApp would show the sign'],
  ['underline', 'plain text: WhatsApp has none'],
  ['inline code', '`` `c` ``, in three backticks when it holds one'],
  ['a line break inside marked text', 'each line gets its own marks: WhatsApp ends them at a line break'],
  ['link', '`label (address)`; once when both say the same', 'the address twice'],
  ['paragraph, empty paragraph', 'one line each; empty lines at the end are dropped'],
  ['list, nested list', '`* item` and `1. item`, nested ones indented'],
  ['heading', 'a bold line', '`#`, which WhatsApp shows'],
  ['quote', '`> q` on each line'],
  ['code block', 'three backticks, without the language', 'the language, which WhatsApp shows as the first line'],
  ['rule', '`---`', '`***`'],
  ['image in a text', 'its caption and address', '`![alt](address)`, which WhatsApp shows'],
  ['leaves at the top level (a line that is one styled variable)', 'one line'],
  ['elements of a newer Typebot', 'a paragraph of what they hold: no text that can be seen is lost'],
];
