/** Extensions of a type, the usual one first: those Typebot's file input knows, and what WhatsApp carries besides. */
const extensionsOf: Readonly<Record<string, readonly string[]>> = {
  'audio/aac': ['aac'],
  'audio/amr': ['amr'],
  'audio/mp4': ['m4a'],
  'audio/x-m4a': ['m4a'],
  'audio/mpeg': ['mp3'],
  'audio/mp3': ['mp3'],
  'audio/ogg': ['ogg', 'oga', 'opus'],
  'audio/opus': ['ogg'],
  'audio/wav': ['wav'],
  'audio/x-wav': ['wav'],
  'audio/webm': ['webm'],
  'image/avif': ['avif'],
  'image/bmp': ['bmp'],
  'image/gif': ['gif'],
  'image/heic': ['heic'],
  'image/heif': ['heif'],
  'image/jpeg': ['jpg', 'jpeg'],
  'image/jpg': ['jpg'],
  'image/png': ['png'],
  'image/svg+xml': ['svg'],
  'image/tiff': ['tif', 'tiff'],
  'image/webp': ['webp'],
  'image/wmf': ['wmf'],
  'video/3gpp': ['3gp'],
  'video/mp4': ['mp4'],
  'video/mpeg': ['mpeg', 'mpg'],
  'video/ogg': ['ogv'],
  'video/quicktime': ['mov'],
  'video/webm': ['webm'],
  'application/pdf': ['pdf'],
  'application/msword': ['doc'],
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': ['docx'],
  'application/vnd.ms-excel': ['xls'],
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': ['xlsx'],
  'application/vnd.ms-powerpoint': ['ppt'],
  'application/vnd.openxmlformats-officedocument.presentationml.presentation': ['pptx'],
  'application/vnd.oasis.opendocument.text': ['odt'],
  'application/vnd.oasis.opendocument.spreadsheet': ['ods'],
  'application/vnd.oasis.opendocument.presentation': ['odp'],
  'application/rtf': ['rtf'],
  'application/zip': ['zip'],
  'application/vnd.rar': ['rar'],
  'application/x-rar-compressed': ['rar'],
  'application/x-7z-compressed': ['7z'],
  'application/x-tar': ['tar'],
  'application/gzip': ['gz'],
  'application/json': ['json'],
  'application/xml': ['xml'],
  'text/xml': ['xml'],
  'text/javascript': ['js'],
  'text/plain': ['txt'],
  'text/csv': ['csv'],
  'text/html': ['html', 'htm'],
  'text/vcard': ['vcf'],
  'application/vnd.android.package-archive': ['apk'],
};

const typeOfExtension: ReadonlyMap<string, string> = new Map(
  Object.entries(extensionsOf)
    .toReversed()
    .flatMap(([type, extensions]) => extensions.map((extension): [string, string] => [extension, type])),
);

/** What is known of a type: nothing, of one that only says "bytes". */
export function extensionOfType(mimeType: string): string | null {
  return extensionsOf[mimeType]?.[0] ?? null;
}

export function isKnownExtension(extension: string): boolean {
  return typeOfExtension.has(extension);
}

/** The type a file has by its name; null when the extension says nothing. */
export function typeOfName(fileName: string): string | null {
  const [, extension = ''] = /\.([^.]+)$/.exec(fileName) ?? [];
  return typeOfExtension.get(extension.toLowerCase()) ?? null;
}

/** `Audio/OGG; codecs=opus` as `audio/ogg`; null when it is no type. */
export function mimeTypeOf(contentType: string | null | undefined): string | null {
  const [, type] = /^\s*([a-z0-9][\w.+-]{0,63}\/[a-z0-9][\w.+-]{0,126})\s*(?:;|$)/i.exec(contentType ?? '') ?? [];
  return type?.toLowerCase() ?? null;
}

/** Whether a type is one of files that people send. A form is an envelope: its bytes are not the file's. */
export function isFileType(mimeType: string): boolean {
  return /^(?:image|audio|video|text|application)\//.test(mimeType) && mimeType !== 'application/x-www-form-urlencoded';
}

/**
 * How a file is handed to a browser: only what can carry no script is shown in place, and what a browser would run (HTML, SVG, XML,
 * JavaScript, and any type we know nothing of) is bytes to be saved.
 */
export function servedAs(mimeType: string): { contentType: string; disposition: 'inline' | 'attachment' } {
  if (runs.test(mimeType)) return { contentType: 'application/octet-stream', disposition: 'attachment' };
  if (/^(?:image|audio|video)\/[\w.+-]+$/.test(mimeType) || mimeType === 'application/pdf')
    return { contentType: mimeType, disposition: 'inline' };
  const isKnown = Object.hasOwn(extensionsOf, mimeType);
  return { contentType: isKnown ? mimeType : 'application/octet-stream', disposition: 'attachment' };
}

const runs = /html|xml|svg|javascript|ecmascript|\/css$|multipart|mhtml|x-shockwave/;
