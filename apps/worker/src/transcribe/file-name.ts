/**
 * What a recording is called towards a transcription service, which goes by the extension: by its container, since a name from WhatsApp
 * may be missing, wrong (`.opus`, which OpenAI refuses) or personal.
 */
export function audioFileName(bytes: Uint8Array, fileName: string): string {
  const [, given = 'bin'] = /\.([a-z0-9]{1,5})$/i.exec(fileName) ?? [];
  return `audio.${containerOf(bytes) ?? given.toLowerCase()}`;
}

function containerOf(bytes: Uint8Array): string | null {
  const head = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  return containers.find(([pattern]) => pattern.test(head))?.[1] ?? null;
}

/** What a file of each container begins with. */
const containers: readonly [RegExp, string][] = [
  [/^OggS/, 'ogg'],
  [/^ID3|^\xff[\xfb\xf3\xf2]/, 'mp3'],
  [/^.{4}ftyp/s, 'm4a'],
  [/^RIFF.{4}WAVE/s, 'wav'],
  [/^fLaC/, 'flac'],
  [/^.\x45\xdf\xa3/s, 'webm'],
];
