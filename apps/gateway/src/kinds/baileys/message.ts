import { fields, isFields, type Fields } from '../../fields.ts';

/** What a Baileys message holds, without what only WhatsApp's servers can use. `ignored`: it is none for the bot, by its name. */
export type BaileysContent =
  | { type: 'message'; contentType: string; content: Record<string, unknown> }
  | { type: 'file'; contentType: string; content: Record<string, unknown> }
  | { type: 'ignored'; name: string };

/** Messages that hold another one under `message`: Evolution and CodeChat pass them on unpeeled. */
const wrappers = new Set([
  'ephemeralMessage',
  'viewOnceMessage',
  'viewOnceMessageV2',
  'viewOnceMessageV2Extension',
  'documentWithCaptionMessage',
  'editedMessage',
  'deviceSentMessage',
  'groupMentionedMessage',
  'botInvokeMessage',
  'lottieStickerMessage',
  'associatedChildMessage',
]);

const files = new Set(['imageMessage', 'videoMessage', 'audioMessage', 'documentMessage', 'stickerMessage', 'ptvMessage']);

/** Key exchanges and housekeeping: nobody said anything. An album's pictures follow as messages of their own. */
const silent = new Set([
  'senderKeyDistributionMessage',
  'messageContextInfo',
  'keepInChatMessage',
  'pinInChatMessage',
  'encReactionMessage',
  'albumMessage',
  'protocolMessage',
  'reactionMessage',
  'pollCreationMessage',
  'pollCreationMessageV2',
  'pollCreationMessageV3',
]);

const depthMax = 6;

/** Reads the `message` of a Baileys event, whatever wraps it. */
export function readBaileysMessage(message: unknown, depth = 0): BaileysContent {
  const names = Object.entries(fields(message)).filter(([, value]) => isFields(value) || typeof value === 'string');
  const found = names.find(([name]) => !silent.has(name) && !beside.has(name)) ?? names.find(([name]) => silent.has(name));
  // What comes first as a placeholder comes again under the same id once it could be decrypted.
  if (found === undefined) return { type: 'ignored', name: 'message_empty' };
  const [name, value] = found;
  if (typeof value === 'string') return { type: 'message', contentType: name, content: { text: value } };
  if (wrappers.has(name) && isFields(value) && depth < depthMax) return readBaileysMessage(value['message'] ?? value, depth + 1);
  if (name === 'pollUpdateMessage') return voteIn(fields(value));
  if (silent.has(name)) return { type: 'ignored', name };
  const content = useful(fields(value));
  return { type: files.has(name) ? 'file' : 'message', contentType: name, content };
}

/** Evolution puts these beside the message itself. */
const beside = new Set(['base64', 'mediaUrl', 'speechToText']);

/** A vote in a poll of ours, where the gateway could decrypt it: the choice, in its words. */
function voteIn(update: Fields): BaileysContent {
  const { selectedOptions } = fields(update['vote']);
  const options = Array.isArray(selectedOptions) ? selectedOptions.filter((option) => typeof option === 'string') : [];
  if (options.length === 0) return { type: 'ignored', name: 'pollUpdateMessage' };
  return { type: 'message', contentType: 'text', content: { text: options.join(', ') } };
}

/** Keys, hashes, thumbnails and paths of WhatsApp's own servers: large, and of no use without its keys. */
const useless = new Set([
  'url',
  'directPath',
  'mediaKey',
  'mediaKeyTimestamp',
  'fileSha256',
  'fileEncSha256',
  'jpegThumbnail',
  'thumbnailDirectPath',
  'thumbnailSha256',
  'thumbnailEncSha256',
  'streamingSidecar',
  'waveform',
  'scansSidecar',
  'midQualityFileSha256',
  'contextInfo',
  'messageContextInfo',
]);

function useful(content: Fields): Record<string, unknown> {
  return Object.fromEntries(Object.entries(content).filter(([name]) => !useless.has(name)));
}
