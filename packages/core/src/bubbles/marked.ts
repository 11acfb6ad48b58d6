import { markedButtons } from './marked/buttons.ts';
import { markedList } from './marked/list.ts';
import { partsOf } from './marked/parts.ts';
import { storable } from '../whatsapp.ts';
import { texts, type Unpaced } from './message.ts';

/**
 * A list or buttons as Evolution reads them in a text: `[list]` or `[buttons]`, then its tags, each closed or not. What stands before is
 * a text of its own. Null: no such marker, or nothing behind it that could be chosen, and the text is shown as it is.
 */
export function marked(written: string): Unpaced[] | null {
  const text = storable(written);
  const marker = /\[(?:list|buttons)\]/iu.exec(text);
  if (marker === null) return null;
  const [kind, ...parts] = partsOf(text.slice(marker.index));
  const messages = kind?.tag === 'list' ? markedList(parts) : markedButtons(parts);
  return messages === null ? null : [...texts(text.slice(0, marker.index).trimEnd()), ...messages];
}
