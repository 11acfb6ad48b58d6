import { canBeChosen } from '../../inputs/option-list.ts';
import { clip, limits, oneLine, uniqueTitles } from '../../whatsapp.ts';
import { framed } from './frame.ts';
import { bodyOf, field, under, type Marked } from './parts.ts';
import type { Unpaced } from '../message.ts';

type Row = { id: string; title: string; description: string };

/** Null when there is no row. A list that WhatsApp would refuse is a text that names its rows. */
export function markedList(parts: readonly Marked[]): Unpaced[] | null {
  const sections = sectionsOf(parts);
  const rows = sections.flatMap((section) => section.rows);
  if (rows.length === 0) return null;
  const lines = rows.map(({ title, description }) => `• ${[title, description].filter((part) => part !== '').join(': ')}`);
  return framed({ body: bodyOf(parts), footer: under(parts, 'footertext', 'footer'), lines }, (frame) => {
    if (!canBeChosen(rows, limits.rows)) return null;
    const titles = uniqueTitles(
      rows.map(({ title }) => title),
      limits.rowTitle,
    );
    const named = sections.map(({ title, rows: own }, i) => ({
      title: clip(oneLine(title) || (sections.length > 1 ? String(i + 1) : ''), limits.rowTitle),
      rows: own.map((row) => shownRow(row, titles[rows.indexOf(row)] ?? '')),
    }));
    const button = clip(oneLine(under(parts, 'buttontext')), limits.listButton) || '☰';
    return { type: 'list', ...frame, button, sections: named };
  });
}

/** What was cut off a title stands in the description, where there is room for it. */
function shownRow({ id, title, description }: Row, shown: string): { id: string; title: string; description: string | null } {
  const more = oneLine(description) || (shown === oneLine(title) ? '' : oneLine(title));
  return { id, title: shown, description: more === '' ? null : clip(more, limits.rowDescription) };
}

/** Rows before the first `[section]` make one of their own. */
function sectionsOf(parts: readonly Marked[]): { title: string; rows: Row[] }[] {
  const sections: { title: string; rows: Row[] }[] = [{ title: '', rows: [] }];
  for (const part of parts) {
    if (part.tag === 'section') sections.push({ title: field(part, 'title'), rows: [] });
    if (part.tag !== 'row') continue;
    const title = field(part, 'title');
    if (title !== '') sections.at(-1)?.rows.push({ id: field(part, 'rowid') || title, title, description: field(part, 'description') });
  }
  return sections.filter(({ rows }) => rows.length > 0);
}
