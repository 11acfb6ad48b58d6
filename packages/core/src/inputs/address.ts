/** The longest address Typebot takes. */
const lengthMax = 2_083;

/**
 * Whether Typebot takes `url` for the address of a file, whatever types its input allows: http(s), a host with a top-level domain or an IP
 * address, no spaces, at most 2,083 characters, a path that ends in a plain extension, no query string. What is none of this has to be
 * stored under an address that is.
 */
export function isUsableAddress(url: string): boolean {
  if (url.length > lengthMax) return false;
  const [, host = '', path = ''] = /^https?:\/\/(\[[^\]]*\]|[^\s/?#@:[\]]+)(?::\d{1,5})?(\/[^\s?#]*)$/iu.exec(url) ?? [];
  return URL.parse(url) !== null && isHost(host) && /[^/]\.[a-z0-9]{1,8}$/i.test(path);
}

function isHost(host: string): boolean {
  if (host.startsWith('[') || /^\d{1,3}(?:\.\d{1,3}){3}$/.test(host)) return true;
  const labels = host.split('.');
  const isNamed = labels.every((label) => /^(?!-)[\p{L}\p{N}-]{1,63}(?<!-)$/u.test(label));
  return labels.length > 1 && isNamed && /^(?:\p{L}{2,}|xn[a-z0-9-]{2,})$/iu.test(labels.at(-1) ?? '');
}
