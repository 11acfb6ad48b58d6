import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Seals texts that are kept and have to be read again. */
export type Sealer = {
  /** `about`: names the place the text is kept in. Moved to another place, it cannot be opened. */
  seal(plain: string, about: string): string;
  /** @throws when it was sealed with another key or about something else, or was changed. */
  open(sealed: string, about: string): string;
};

const version = 'v1';
const algorithm = 'aes-256-gcm';
const [nonceBytes, tagBytes] = [12, 16];

/** AES-256-GCM with a key derived from `secretKey`, which has to be random and long. */
export function createSealer(secretKey: string): Sealer {
  const key = Buffer.from(hkdfSync('sha256', secretKey, '', 'typelane sealed secrets', 32));
  return {
    seal(plain, about) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, key, nonce).setAAD(Buffer.from(about));
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return `${version}.${Buffer.concat([nonce, cipher.getAuthTag(), text]).toString('base64url')}`;
    },
    open(sealed, about) {
      const [kind, text = ''] = sealed.split('.');
      const bytes = Buffer.from(text, 'base64url');
      if (kind !== version || bytes.length < nonceBytes + tagBytes) throw new Error('Expected a sealed text, got something else');
      const tag = bytes.subarray(nonceBytes, nonceBytes + tagBytes);
      const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes)).setAAD(Buffer.from(about)).setAuthTag(tag);
      return Buffer.concat([decipher.update(bytes.subarray(nonceBytes + tagBytes)), decipher.final()]).toString('utf8');
    },
  };
}
