import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { beginMedia, findInstance, finishMedia } from '@typelane/db';
import { fileNameFor, isFileType, mimeTypeOf, typeOfName } from '@typelane/media';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { endpoint } from '../endpoint.ts';
import { refusal } from '../errors/refusal.ts';
import { instanceParams, instancePath } from './paths.ts';

const uploadedMedia = z
  .object({
    mediaId: z.uuid(),
    url: z.string().describe('Put it into the event as `data.content.mediaUrl`. It ends with the extension and needs no token.'),
    fileName: z.string(),
    mimeType: z.string(),
    sizeBytes: z.int(),
    expiresAt: z.iso.datetime().nullable().describe('From then on the address opens nothing. Null: never.'),
  })
  .meta({ id: 'UploadedMedia' });

const fileNameLengthMax = 500;

export const uploadMedia = endpoint({
  method: 'POST',
  path: `${instancePath}/media`,
  name: 'uploadMedia',
  summary: 'Keeps a file that a contact sent, where bots can open it.',
  description:
    'For gateways whose files have no address that a bot can open: the bytes are the body, `Content-Type` says what they are (`image/jpeg`, `audio/ogg; codecs=opus`). The name may be given as `fileName` in the query or, percent-encoded, in the header `x-file-name`.',
  tag: 'Media',
  scope: 'instance',
  params: instanceParams,
  query: z.strictObject({ fileName: z.string().min(1).max(fileNameLengthMax).optional() }),
  body: z
    .unknown()
    .transform((body) => body as Readable)
    .meta({ type: 'string', format: 'binary' }),
  takes: 'bytes',
  answers: { 201: { description: 'It is kept.', schema: uploadedMedia } },
  refusals: ['INSTANCE_NOT_FOUND', 'MEDIA_UNAVAILABLE'],
  async handle({ context, tenant, params: { instanceId }, query, body, headers }) {
    const mimeType = typeOf(headers);
    const { sizeBytesMax } = context.media;
    if (Number(headers['content-length'] ?? 0) > sizeBytesMax) throw tooLarge(sizeBytesMax);
    if (!(await findInstance(context.database, tenant, instanceId))) throw refusal('INSTANCE_NOT_FOUND');
    const given = query.fileName ?? nameIn(headers);
    // "Bytes" says less than the name does.
    const known = mimeType === 'application/octet-stream' && given !== null ? (typeOfName(given) ?? mimeType) : mimeType;
    const [family = 'file'] = known.split('/');
    const fileName = fileNameFor({ fileName: given, mimeType: known, fallback: /^(?:image|audio|video)$/.test(family) ? family : 'file' });
    return { status: 201, body: await keep(context, { instanceId, fileName, mimeType: known }, body) };
  },
});

type Named = { instanceId: string; fileName: string; mimeType: string };

async function keep({ database, media, log }: ApiContext, named: Named, body: Readable): Promise<z.input<typeof uploadedMedia>> {
  const { mimeType, fileName } = named;
  const mediaId = randomUUID();
  await beginMedia(database, { ...named, mediaId, conversationId: null });
  // Not destroyed when it is left half read: the answer goes out on the same connection.
  const bytes = body.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  const put = await media.store.put(mediaId, bytes, { mimeType }).catch((error: unknown) => {
    if (body.errored || body.destroyed)
      throw refusal('INVALID_REQUEST', ['The connection ended before the whole body had arrived'], { cause: error });
    log.error({ err: error }, 'media.put.failed');
    throw refusal('MEDIA_UNAVAILABLE', [], { cause: error });
  });
  if (put.type === 'refused') {
    if (put.reason === 'too_large') throw tooLarge(media.sizeBytesMax);
    throw refusal('INVALID_REQUEST', ['The body must be the bytes of a file, but it is empty']);
  }
  const { sizeBytes, expiresAt } = await finishMedia(database, { mediaId, sizeBytes: put.sizeBytes, keepDays: media.keepDays });
  const url = media.addressOf({ mediaId, fileName });
  return { mediaId, url, fileName, mimeType, sizeBytes, expiresAt: expiresAt?.toISOString() ?? null };
}

function typeOf(headers: IncomingHttpHeaders): string {
  const mimeType = mimeTypeOf(headers['content-type']);
  if (mimeType !== null && isFileType(mimeType)) return mimeType;
  const came = mimeType === null ? 'none' : `\`${mimeType}\``;
  throw refusal('UNSUPPORTED_MEDIA_TYPE', [
    `\`Content-Type\` must be the type of the file, such as \`image/jpeg\`, and the body its bytes, but got ${came}`,
  ]);
}

function tooLarge(sizeBytesMax: number) {
  return refusal('BODY_TOO_LARGE', [`The file may have at most ${sizeBytesMax.toLocaleString('en-US')} bytes`]);
}

/** Percent-encoded, or as plain as headers can be. */
function nameIn(headers: IncomingHttpHeaders): string | null {
  const came = headers['x-file-name'];
  if (typeof came !== 'string' || came === '') return null;
  try {
    return decodeURIComponent(came).slice(0, fileNameLengthMax);
  } catch {
    return came.slice(0, fileNameLengthMax);
  }
}
