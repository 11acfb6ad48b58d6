/** First bytes of the containers the service takes, as far as it can tell them by looking. */
const signatures: readonly Buffer[] = [
  Buffer.from('OggS'),
  Buffer.from('RIFF'),
  Buffer.from('fLaC'),
  Buffer.from('ID3'),
  Buffer.from([0xff, 0xfb]),
  Buffer.from([0x1a, 0x45, 0xdf, 0xa3]),
];

/** A voice note in which these words are said: an Ogg page with them in it, which only the fake service can hear. */
export function voiceNote(words: string): Buffer {
  return Buffer.concat([Buffer.from('OggS'), Buffer.alloc(24), Buffer.from(mark), Buffer.from(words), Buffer.from('\0')]);
}

const mark = 'said:';

/** What is said in a file; null when it cannot be decoded. */
export function wordsIn(bytes: Buffer): string | null {
  const isKnown =
    signatures.some((signature) => bytes.subarray(0, signature.length).equals(signature)) || bytes.toString('latin1', 4, 8) === 'ftyp';
  if (!isKnown) return null;
  const from = bytes.indexOf(mark);
  return from === -1 ? '' : bytes.toString('utf8', from + mark.length, bytes.indexOf(0, from));
}
