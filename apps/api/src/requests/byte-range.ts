import type { ByteRange } from '@typelane/media';

/**
 * The part of a file that a `Range` header asks for. `whole`: there is no range, or one that a server may ignore (several parts, another
 * unit). `beyond`: the range begins after the end of the file.
 */
export function readRange(header: string | undefined, sizeBytes: number): ByteRange | 'whole' | 'beyond' {
  const [, first, last] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return 'whole';
  const end = sizeBytes - 1;
  if (first === '') return last === '0' ? 'beyond' : { from: Math.max(0, sizeBytes - Number(last)), to: end };
  const from = Number(first);
  const to = last === '' ? end : Math.min(Number(last), end);
  if (last !== '' && Number(last) < from) return 'whole';
  return from > end ? 'beyond' : { from, to };
}
