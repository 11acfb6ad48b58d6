import { extensionOfType, isKnownExtension } from './media-type.ts';

/** Characters of a name without its extension. Percent-encoded it stays far below the 2,083 characters Typebot takes of an address. */
const stemLengthMax = 60;

/**
 * The name a file is offered under: letters, digits, dots, dashes, and an extension that Typebot's file input can compare. Without a name
 * the file is called `fallback`.
 */
export function fileNameFor({ fileName, mimeType, fallback }: { fileName: string | null; mimeType: string; fallback: string }): string {
  const last = (fileName ?? '').split(/[/\\]/).at(-1) ?? '';
  const [, stem = last, ending = ''] = /^(.*)\.([^.]*)$/s.exec(last) ?? [];
  const came = ending.trim().toLowerCase();
  const byType = extensionOfType(mimeType);
  if (isKnownExtension(came)) return `${cleaned(stem, fallback)}.${came}`;
  // "Report v1.2" has no extension, "drawing.dwg" of an unknown type has one.
  if (byType === null && /^[a-z0-9]{1,8}$/.test(came)) return `${cleaned(stem, fallback)}.${came}`;
  return `${cleaned(last, fallback)}.${byType ?? 'bin'}`;
}

/** Underscores stay only between letters: elsewhere Markdown could take a pair of them for emphasis. */
function cleaned(text: string, fallback: string): string {
  const plain = text
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{M}\p{N}._-]+/gu, '-')
    .replaceAll(/(?<![\p{L}\p{N}])_+|_+(?![\p{L}\p{N}])/gu, '-')
    .replaceAll(/[-.]{2,}/g, '-');
  const short = Array.from(plain.replaceAll(/^[-._]+/g, ''))
    .slice(0, stemLengthMax)
    .join('');
  return short.replaceAll(/[-._]+$/g, '') || fallback;
}
