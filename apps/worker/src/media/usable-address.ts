import { isIP } from 'node:net';
import { typeOfName } from '@typelane/media';

/** Characters, as Typebot's validator counts them. */
const addressLengthMax = 2_083;

/**
 * Whether a bot can open an address and Typebot's file input takes it: http or https, no user name, no query (it would hide the extension,
 * and mostly says that the address expires), an extension at the end, and a host with a top-level domain, an IP or `localhost`.
 */
export function isUsableAddress(address: string): boolean {
  if (address.length > addressLengthMax || /[\s,?#]/.test(address)) return false;
  const url = /^https?:\/\//i.test(address) ? URL.parse(address) : null;
  if (url === null || url.username !== '' || url.password !== '') return false;
  return isReachable(url.hostname) && typeOfName(url.pathname.split('/').at(-1) ?? '') !== null;
}

function isReachable(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  // WhatsApp's own servers hold files encrypted.
  if (/(?:^|\.)whatsapp\.net$/i.test(host)) return false;
  return isIP(host) !== 0 || host === 'localhost' || /\.[a-z][a-z0-9-]+\.?$/i.test(host);
}
