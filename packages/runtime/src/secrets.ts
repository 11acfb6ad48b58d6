import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Encrypts values before they are stored in the database: AES-256-GCM under a key made from `SECRET_KEY`. */
export type Sealer = {
  /** `about`: whose value it is and what it is for, such as `<instanceId>:transcription.apiKey`. It is not kept, and opening needs it again. */
  seal(plain: string, about: string): string;
  /** @throws {SealError} when it was sealed under another key or for another owner, was changed, or is no sealed value. */
  open(sealed: string, about: string): string;
};

/** A sealed value cannot be opened. The message says why, without the value. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

/** A sealed value: `v1.<key id>.<nonce, cipher text and tag, base64url>`. The key id says under which key, so that keys can be changed one day. */
export function createSealer(secretKey: string): Sealer {
  const key = deriveKey(secretKey, 'seal');
  const keyId = deriveKey(secretKey, 'seal key id').toString('hex', 0, keyIdBytes);
  const boundTo = (about: string): Buffer => Buffer.from(`v1.${keyId}.${about}`);
  return {
    seal(plain, about) {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(boundTo(about));
      const sealed = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return `v1.${keyId}.${sealed.toString('base64url')}`;
    },
    open(sealed, about) {
      const { underKey, bytes } = readSealed(sealed);
      if (underKey !== keyId) throw new SealError('the value was sealed under another SECRET_KEY');
      const [nonce, text, tag] = [bytes.subarray(0, nonceBytes), bytes.subarray(nonceBytes, -tagBytes), bytes.subarray(-tagBytes)];
      const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(boundTo(about)).setAuthTag(tag);
      try {
        return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
      } catch (cause) {
        throw new SealError('the value was sealed for another owner, or was changed', { cause });
      }
    },
  };
}

/** 32 bytes for one purpose (HKDF-SHA256). Keys of different purposes say nothing of one another. */
export function deriveKey(secretKey: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secretKey, '', `typelane ${purpose}`, 32));
}

/** Whether a `SECRET_KEY` is one that was put there to be replaced, or that a list of common ones holds. */
export function isGuessable(secretKey: string): boolean {
  return new Set(secretKey).size < distinctCharactersMin || placeholders.test(secretKey);
}

/** 32 random hex digits have fewer than eight different ones about once in a million times. */
const distinctCharactersMin = 8;

/** Chance puts none of these into a random key: the shortest would take 36^7 tries. */
const placeholders =
  /change.?(?:me|this|it)|replace.?(?:me|this|with)|placeholder|(?:your|my|super|top).{0,2}secret|secret.?key|password|example|default|01234567|abcdefgh/i;

const keyIdBytes = 4;
const nonceBytes = 12;
const tagBytes = 16;

function readSealed(sealed: string): { underKey: string; bytes: Buffer } {
  const [, underKey = '', text = ''] = /^v1\.([0-9a-f]{8})\.([\w-]+)$/.exec(sealed) ?? [];
  const bytes = Buffer.from(text, 'base64url');
  if (bytes.length < nonceBytes + tagBytes) throw new SealError('this is no sealed value');
  return { underKey, bytes };
}
