import { isIP } from 'node:net';
import { invalid, ofText, valid } from './verdict.ts';

const urlLengthMax = 2_083;
const shape = /^(?:([a-z][a-z0-9+.-]*):\/\/(?:[^\s/?#@]*@)?)?(\[[0-9a-f:.]+\]|[^\s/?#:@]+)(?::(\d{1,5}))?(?:[/?#]\S*)?$/i;
const hostName =
  /^(?:[a-z0-9\u00a1-\uffff_](?:[a-z0-9\u00a1-\uffff_-]*[a-z0-9\u00a1-\uffff_])?\.)+(?:[a-z\u00a1-\uffff]{2,}|xn--[a-z0-9-]+)$/i;

/** The scheme may be missing. */
export const url = ofText((text) => (isUrl(text, ['http', 'https', 'ftp'], false) ? valid(text) : invalid));

/** Of a file: http or https, and on a host with a top-level domain, an IP or `localhost`. */
export function isFileUrl(text: string): boolean {
  return isUrl(text, ['http', 'https'], true);
}

function isUrl(text: string, schemes: readonly string[], needsScheme: boolean): boolean {
  if (text.length > urlLengthMax) return false;
  const [, scheme, host = '', port] = shape.exec(text) ?? [];
  if (scheme ? !schemes.includes(scheme.toLowerCase()) : needsScheme) return false;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return false;
  return isIP(host.replace(/^\[|\]$/g, '')) !== 0 || hostName.test(host) || (needsScheme && host === 'localhost');
}
