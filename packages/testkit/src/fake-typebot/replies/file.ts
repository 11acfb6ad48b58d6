import { isFileUrl } from './url.ts';
import { groupOption, invalid, textOption, valid } from './verdict.ts';
import type { Validator } from './verdict.ts';

/** URLs joined by `, ` in the text. `attachedFileUrls` are not looked at. */
export const file: Validator = (reply, { options = {} }) => {
  const parts = (reply.type === 'audio' ? reply.url : reply.text).split(', ');
  const urls = parts.filter(isFileUrl);
  const [first] = urls;
  if (first === undefined || !parts.every((part) => isAllowed(part, options['allowedFileTypes']))) return invalid;
  return valid(options['isMultipleAllowed'] === true ? urls.join(', ') : first);
};

const extensionOf: Readonly<Record<string, readonly string[]>> = {
  'application/json': ['json'],
  'application/msword': ['doc'],
  'application/pdf': ['pdf'],
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': ['docx'],
  'application/zip': ['zip'],
  'audio/mp4': ['m4a'],
  'audio/mpeg': ['mp3'],
  'audio/ogg': ['ogg'],
  'audio/wav': ['wav'],
  'image/gif': ['gif'],
  'image/jpeg': ['jpeg'],
  'image/png': ['png'],
  'image/tiff': ['tiff'],
  'image/webp': ['webp'],
  'video/mp4': ['mp4'],
  'video/webm': ['webm'],
};
const sameAs: Readonly<Record<string, string>> = { jpg: 'jpeg', tif: 'tiff' };

/** What follows the last dot must be an allowed extension: a query string makes it another one. */
function isAllowed(part: string, allowed: unknown): boolean {
  const { isEnabled, types } = groupOption(allowed);
  if (isEnabled !== true || !Array.isArray(types) || types.length === 0) return true;
  return types.flatMap((type) => extensionsOf(textOption(type) ?? '')).includes(extension(part.slice(part.lastIndexOf('.') + 1)));
}

function extensionsOf(type: string): readonly string[] {
  if (!type.includes('/')) return [extension(type.replace(/^\./, ''))];
  const [family = ''] = type.split('/*');
  const mimes = type.endsWith('/*') ? Object.keys(extensionOf).filter((mime) => mime.startsWith(`${family}/`)) : [type];
  return mimes.flatMap((mime) => extensionOf[mime] ?? []);
}

function extension(name: string): string {
  const lower = name.toLowerCase();
  return sameAs[lower] ?? lower;
}
