/** An address that WhatsApp can fetch or show, or the stable reason why it is none. */
export type Address = { url: string } | { reason: 'no_url' | 'unresolved_url' | 'not_http' };

export function webAddress(url: string | null | undefined): Address {
  // A browser takes a space in an address; WhatsApp's servers do not.
  const address = url?.trim().replaceAll(' ', '%20') ?? '';
  if (address === '') return { reason: 'no_url' };
  // A variable that Typebot could not fill is left as it was written.
  if (address.includes('{{')) return { reason: 'unresolved_url' };
  return /^https?:\/\/[^\s\p{Cc}\p{Cs}]+$/iu.test(address) ? { url: address } : { reason: 'not_http' };
}

/** The last part of the path, decoded; empty when there is none. */
export function fileNameOf(url: string): string {
  const path = URL.parse(url)?.pathname ?? '';
  const name = path.slice(path.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** In lower case and without the dot; empty when there is none. */
export function extensionOf(fileName: string): string {
  return /\.([a-z0-9]+)$/i.exec(fileName)?.[1]?.toLowerCase() ?? '';
}
