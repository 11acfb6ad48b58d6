import { canBeChosen } from '../../inputs/option-list.ts';
import { limits, uniqueTitles } from '../../whatsapp.ts';
import { framed } from './frame.ts';
import { bodyOf, field, under, type Marked } from './parts.ts';
import type { Unpaced } from '../message.ts';
import { webAddress } from '../url.ts';

/** Where a button that is no answer leads, by its tag: our buttons can only answer, so it is a line of the text. */
const leads: ReadonlyMap<string, string> = new Map([
  ['copy', 'copycode'],
  ['url', 'url'],
  ['call', 'phone'],
  ['pix', 'key'],
]);

/** Null when there is no button. More than three, or ones that WhatsApp would refuse, are named in a text. */
export function markedButtons(parts: readonly Marked[]): Unpaced[] | null {
  const replies = parts
    .filter(({ tag }) => tag === 'reply')
    .map((part) => ({ id: field(part, 'id') || field(part, 'displaytext'), title: field(part, 'displaytext') }))
    .filter(({ title }) => title !== '');
  const links = parts.flatMap(linkOf);
  if (replies.length === 0 && links.length === 0) return null;
  const lines = replies.map(({ title }) => `• ${title}`);
  return framed({ body: bodyOf(parts, links.join('\n')), footer: under(parts, 'footer', 'footertext'), lines }, (frame) => {
    if (!canBeChosen(replies, limits.buttons)) return null;
    const titles = uniqueTitles(
      replies.map(({ title }) => title),
      limits.buttonTitle,
    );
    const picture = webAddress(under(parts, 'thumbnailurl'));
    const header = 'url' in picture ? { image: picture.url } : null;
    return { type: 'buttons', ...frame, header, buttons: replies.map(({ id, title }, i) => ({ id, title: titles[i] ?? title })) };
  });
}

function linkOf(part: Marked): string[] {
  const name = leads.get(part.tag);
  if (name === undefined) return [];
  const title = field(part, 'displaytext') || field(part, 'name');
  const target = field(part, name);
  return target === '' ? [] : [title === '' ? target : `${title}: ${target}`];
}
