import { findMedia, type Media } from '@typelane/db';
import { isSignedBy, servedAs } from '@typelane/media';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Access } from '../access/gate.ts';
import type { ApiContext } from '../context.ts';
import { errorSchema } from '../errors/answer.ts';
import { refusal } from '../errors/refusal.ts';
import { readRange } from '../requests/byte-range.ts';

const params = z.object({ mediaId: z.string(), signature: z.string(), fileName: z.string() });

/** Seconds a browser may keep a file for itself. No proxy may: a file that is erased must be gone. */
const cacheSeconds = 3_600;

/**
 * `/media/…`: returns a file to any caller with its signed address. An address that is wrong in any way is answered
 * like that of a file that does not exist.
 */
export function registerMediaFile(app: FastifyInstance, context: ApiContext): void {
  const bytes = z.unknown().meta({ type: 'string', format: 'binary' });
  const file = (description: string) => ({ description, content: { 'application/octet-stream': { schema: bytes } } });
  const error = (code: string) => ({ description: `\`${code}\``, content: { 'application/json': { schema: errorSchema } } });
  const schema = {
    operationId: 'openMedia',
    summary: 'Returns a file that a contact sent, to anyone who has its address.',
    description: 'The addresses come from `uploadMedia` and are given to bots. `Range` is supported.',
    tags: ['Media'],
    security: [],
    params,
    response: {
      200: file('The file.'),
      206: file('The requested part.'),
      404: error('MEDIA_NOT_FOUND'),
      416: error('RANGE_NOT_SATISFIABLE'),
    },
  };
  for (const method of ['GET', 'HEAD'] as const) {
    app.route<{ Params: z.output<typeof params>; Querystring: unknown }, { access: Access }>({
      method,
      url: '/media/:mediaId/:signature/:fileName',
      config: { access: 'open' },
      // Two operations of one name would break generated clients.
      schema: method === 'GET' ? schema : { params, hide: true },
      exposeHeadRoute: false,
      // The file goes out as it is.
      serializerCompiler: () => (value) => value as string,
      handler: async (request, reply) => serve(await fileOf(request.params, context), request, reply, context),
    });
  }
}

async function fileOf(named: z.output<typeof params>, { database, media }: ApiContext): Promise<Media> {
  const { mediaId, fileName, signature } = named;
  if (!isSignedBy(media.key, { mediaId, fileName }, signature)) throw refusal('MEDIA_NOT_FOUND');
  const found = await findMedia(database, mediaId);
  if (found?.fileName !== fileName) throw refusal('MEDIA_NOT_FOUND');
  return found;
}

async function serve(file: Media, request: FastifyRequest, reply: FastifyReply, { media }: ApiContext): Promise<FastifyReply> {
  const { mediaId, fileName, sizeBytes } = file;
  const { contentType, disposition } = servedAs(file.mimeType);
  const tag = `"${mediaId}"`;
  const condition = request.headers['if-range'];
  const range = condition === undefined || condition === tag ? readRange(request.headers.range, sizeBytes) : 'whole';
  if (range === 'beyond') {
    void reply.header('content-range', `bytes */${sizeBytes}`);
    throw refusal('RANGE_NOT_SATISFIABLE');
  }
  const headers = {
    'content-type': contentType,
    'content-length': range === 'whole' ? sizeBytes : range.to - range.from + 1,
    'content-disposition': `${disposition}; filename*=UTF-8''${encodeURIComponent(fileName)}`,
    // Whatever the bytes are, no browser runs them on this origin.
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'accept-ranges': 'bytes',
    'cache-control': `private, max-age=${cacheSeconds}`,
    etag: tag,
    ...(range !== 'whole' && { 'content-range': `bytes ${range.from}-${range.to}/${sizeBytes}` }),
  };
  void reply.code(range === 'whole' ? 200 : 206);
  if (request.method === 'HEAD') return reply.headers(headers).send();
  const opened = await media.store.open(mediaId, range === 'whole' ? undefined : range);
  if (!opened) throw refusal('MEDIA_NOT_FOUND');
  return reply.headers(headers).send(opened.stream);
}
