import { emptyBody, limits } from '../../whatsapp.ts';
import { texts, type Unpaced } from '../message.ts';

export type Frame = { body: string; footer: string | null; fallbackText: string };

/**
 * The message that `native` makes of body and footer; as a text with `lines` where it makes none, or where they do not fit. `lines` name the
 * options without numbers: such a flow asks a plain question, which would take a number for the answer.
 */
export function framed(
  { body, footer, lines }: { body: string; footer: string; lines: readonly string[] },
  native: (frame: Frame) => Unpaced | null,
): Unpaced[] {
  const fallbackText = [body, lines.join('\n'), footer].filter((part) => part !== '').join('\n\n');
  const fits = body.length <= limits.body && footer.length <= limits.footer && fallbackText.length <= limits.text;
  const message = fits ? native({ body: body || emptyBody, footer: footer || null, fallbackText }) : null;
  return message === null ? texts(fallbackText) : [message];
}
