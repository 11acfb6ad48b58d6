import { z } from 'zod';
import { storable } from '../whatsapp.ts';
import { bubbleKind } from './bubble.ts';
import { shown, skipped, texts } from './message.ts';
import { extensionOf, fileNameOf, webAddress } from './url.ts';

const contentSchema = z.looseObject({
  url: z.string().nullish(),
  waitForEvent: z.looseObject({ isEnabled: z.boolean().nullish() }).nullish().catch(null),
});

/** A document is sent as one, anything else as the link to it. */
export const embed = bubbleKind(contentSchema, {
  show({ url }) {
    const address = webAddress(url);
    if ('reason' in address) return skipped(address.reason);
    const fileName = storable(fileNameOf(address.url));
    const mimeType = documents.get(extensionOf(fileName));
    return mimeType === undefined
      ? shown(...texts(address.url, true))
      : shown({ type: 'document', url: address.url, fileName, mimeType, caption: null });
  },
  waits: (content) => content?.waitForEvent?.isEnabled === true,
});

const office = 'application/vnd.openxmlformats-officedocument';
const oasis = 'application/vnd.oasis.opendocument';

/** File extensions that make an embed a document. Pages (`html`) and media are none. */
const documents: ReadonlyMap<string, string> = new Map([
  ['pdf', 'application/pdf'],
  ['doc', 'application/msword'],
  ['docx', `${office}.wordprocessingml.document`],
  ['xls', 'application/vnd.ms-excel'],
  ['xlsx', `${office}.spreadsheetml.sheet`],
  ['ppt', 'application/vnd.ms-powerpoint'],
  ['pptx', `${office}.presentationml.presentation`],
  ['odt', `${oasis}.text`],
  ['ods', `${oasis}.spreadsheet`],
  ['odp', `${oasis}.presentation`],
  ['rtf', 'application/rtf'],
  ['txt', 'text/plain'],
  ['csv', 'text/csv'],
  ['json', 'application/json'],
  ['xml', 'application/xml'],
  ['js', 'text/javascript'],
  ['zip', 'application/zip'],
  ['rar', 'application/vnd.rar'],
  ['7z', 'application/x-7z-compressed'],
  ['tar', 'application/x-tar'],
  ['gz', 'application/gzip'],
  ['apk', 'application/vnd.android.package-archive'],
]);
