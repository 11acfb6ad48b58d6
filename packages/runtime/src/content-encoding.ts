import { promisify } from 'node:util';
import zlib from 'node:zlib';

const unpack: Record<string, (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>> = {
  identity: (body) => Promise.resolve(body),
  gzip: promisify(zlib.gunzip),
  'x-gzip': promisify(zlib.gunzip),
  deflate: promisify(zlib.inflate),
  br: promisify(zlib.brotliDecompress),
};

export type Unpacked = { type: 'unpacked'; body: Buffer } | { type: 'failed'; code: 'TOO_LARGE' | 'BAD_ENCODING' };

/** Decodes a `content-encoding`; some proxies apply one without being asked. Never holds more than `sizeBytesMax`. */
export async function unpacked(body: Buffer, encoding: string, sizeBytesMax: number): Promise<Unpacked> {
  const name = encoding.trim().toLowerCase();
  const codec = Object.hasOwn(unpack, name) ? unpack[name] : undefined;
  if (codec === undefined) return { type: 'failed', code: 'BAD_ENCODING' };
  try {
    return { type: 'unpacked', body: await codec(body, { maxOutputLength: sizeBytesMax }) };
  } catch (error) {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return { type: 'failed', code: isTooLarge ? 'TOO_LARGE' : 'BAD_ENCODING' };
  }
}
