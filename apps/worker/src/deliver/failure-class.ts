import { getSystemErrorMap } from 'node:util';

/**
 * Why a reply failed, in a few words for a log: `refused, status 404`. Nothing of a gateway's own text, which may hold phone numbers and
 * what the contact was told. The text itself, cut short, stands in the session's transcript.
 */
export function failureClassOf(reason: string): string {
  const text = reason.slice(0, scannedMax);
  const kind = kinds.find(({ pattern }) => pattern.test(text))?.kind ?? 'failed';
  const status = /\b(?:http|status)\D{0,8}([1-5]\d\d)(?!\d)/i.exec(text)?.[1];
  const code = text.match(/\bE[A-Z0-9]{3,}\b/g)?.find((word) => systemCodes.has(word));
  return [kind, ...(status ? [`status ${status}`] : []), ...(code ? [code] : [])].join(', ');
}

/** Characters that are looked at. */
const scannedMax = 2_000;

/** As `consumeReplies` and BullMQ put it; other consumers have their own words. */
const kinds = [
  { kind: 'refused', pattern: /^Message \d+ of \d+ \(\d+ sent before it\) was refused\b/ },
  { kind: 'not sent', pattern: /^Message \d+ of \d+ \(\d+ sent before it\) could not be sent\b/ },
  { kind: 'invalid', pattern: /^This is no outbound reply\./ },
  { kind: 'stalled', pattern: /^job stalled more than allowable limit/ },
];

const systemCodes = new Set([...getSystemErrorMap().values()].map(([code]) => code));
