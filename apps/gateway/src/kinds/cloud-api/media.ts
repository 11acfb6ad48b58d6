import type { Call } from '../../call.ts';
import { fields, text } from '../../fields.ts';
import type { ChannelOf, MediaFile } from '../kind.ts';
import { cloudApiAccess, type CloudApiSettings } from './settings.ts';

/** WhatsApp's largest file is a document of 100 MB. */
const fileSizeBytesMax = 100 * 1_024 * 1_024;

/** The id gives an address that lives five minutes and asks for the token again. */
export async function mediaOfCloudApi(
  { id = '' }: Record<string, string>,
  { settings }: ChannelOf<CloudApiSettings>,
  call: Call,
): Promise<MediaFile> {
  const { rootURL, headers } = cloudApiAccess(settings);
  const found = await call('GET', `${rootURL}/${encodeURIComponent(id)}`, { headers });
  if (found.type === 'failed') return { type: 'failed', reason: found.code };
  const told = text(fields(found.body)['url']);
  if (found.status !== 200 || told === null) return { type: 'failed', reason: `status_${found.status}` };
  const file = await call('GET', addressOf(told, settings), { headers, timeoutMs: 60_000, answerSizeBytesMax: fileSizeBytesMax });
  if (file.type === 'failed') return { type: 'failed', reason: file.code };
  if (file.status !== 200) return { type: 'failed', reason: `status_${file.status}` };
  return { type: 'file', bytes: file.bytes, mimeType: text(fields(found.body)['mime_type']) ?? file.mimeType };
}

/** 360dialog passes files on under its own host; only path and query are kept. Meta's host is kept as told, unless it is another one of ours. */
function addressOf(told: string, settings: CloudApiSettings): string {
  if (settings.provider !== '360dialog') return told;
  const url = new URL(told);
  return `${cloudApiAccess(settings).rootURL}${url.pathname}${url.search}`;
}
