import { createHmac, timingSafeEqual } from 'node:crypto';

export type AddressOptions = {
  /** Where the outside reaches the API; a path is kept, slashes at the end are not. */
  publicUrl: string;
  /** Whoever has it can open every file: 32 bytes that are used for nothing else. */
  key: Buffer;
};

type Named = { mediaId: string; fileName: string };

/**
 * Where a bot opens a file: `<publicUrl>/media/<mediaId>/<signature>/<fileName>`. Always the same for a file. It ends with the plain
 * extension and has no query, or Typebot's file input would not take it; the signature is hex, because a variable's value goes
 * through Markdown in Typebot and would lose a pair of underscores.
 */
export function signedAddress({ publicUrl, key }: AddressOptions, { mediaId, fileName }: Named): string {
  const signature = sign(key, { mediaId, fileName }).toString('hex');
  return `${publicUrl.replace(/\/+$/, '')}/media/${mediaId}/${signature}/${encodeURIComponent(fileName)}`;
}

/** The file that an address of ours names; null when it is none of ours, or its signature is wrong. */
export function readSignedAddress({ publicUrl, key }: AddressOptions, address: string): Named | null {
  const prefix = `${publicUrl.replace(/\/+$/, '')}/media/`;
  if (!address.startsWith(prefix)) return null;
  const [, mediaId = '', signature = '', name = ''] =
    /^([0-9a-f-]{36})\/([0-9a-f]{64})\/([^/?#]+)$/.exec(address.slice(prefix.length)) ?? [];
  const fileName = decoded(name);
  return fileName !== null && isSignedBy(key, { mediaId, fileName }, signature) ? { mediaId, fileName } : null;
}

/** Whether a signature was made for this file under this name. Takes the same time wherever it differs. */
export function isSignedBy(key: Buffer, named: Named, signature: string): boolean {
  const came = Buffer.from(/^[0-9a-f]{64}$/.test(signature) ? signature : '0'.repeat(64), 'hex');
  return timingSafeEqual(came, sign(key, named)) && signature.length === 64;
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

function sign(key: Buffer, { mediaId, fileName }: Named): Buffer {
  return createHmac('sha256', key).update(`${mediaId}\n${fileName}`).digest();
}
