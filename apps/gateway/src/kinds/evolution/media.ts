import type { Call } from '../../call.ts';
import { fields, text } from '../../fields.ts';
import type { ChannelOf, MediaFile } from '../kind.ts';
import type { EvolutionSettings } from './settings.ts';
import { evolutionAccess, wordsIn } from './send.ts';

/** Bytes of an answer: WhatsApp's largest file as base64. */
const answerSizeBytesMax = 136 * 1_024 * 1_024;

/** Evolution decrypts the file and gives it as base64. It must have the message in its database. */
export async function mediaOfEvolution(
  { id = '' }: Record<string, string>,
  { settings }: ChannelOf<EvolutionSettings>,
  call: Call,
): Promise<MediaFile> {
  const { urlOf, headers } = evolutionAccess(settings);
  const json = { message: { key: { id } }, convertToMp4: false };
  const options = { headers, json, timeoutMs: 60_000, answerSizeBytesMax };
  const called = await call('POST', urlOf('chat/getBase64FromMediaMessage'), options);
  if (called.type === 'failed') return { type: 'failed', reason: called.code };
  const base64 = text(fields(called.body)['base64']);
  if (called.status >= 300 || base64 === null) return { type: 'failed', reason: `HTTP ${called.status}: ${wordsIn(called.body)}` };
  return { type: 'file', bytes: Buffer.from(base64, 'base64'), mimeType: text(fields(called.body)['mimetype']) };
}
