const office = 'application/vnd.openxmlformats-officedocument';
const oasis = 'application/vnd.oasis.opendocument';

/** File extensions that make an embed a document, and their MIME types. Pages (`html`) and media are none. */
export const documents: ReadonlyMap<string, string> = new Map([
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
