import {
  type InboundContent,
  type InboundEvent,
  type InboundMessage,
  type Integration,
  readInbound,
  isUsableAddress,
} from '@typelane/core';
import type { Loaded } from '@typelane/db';
import type { Log } from '@typelane/runtime';
import type { StoredMedia } from '../media/store-media.ts';
import { isForBot } from './is-for-bot.ts';
import type { Listen } from './transcribe-voice.ts';

type MediaContent = Extract<InboundContent, { kind: 'media' }>;

export type PreparePorts = {
  /** Room to keep a file of this instance. Null: none now, and the chat is woken when there is. Call what is returned when it is kept. */
  enter(loaded: Loaded): (() => void) | null;
  /** Keeps the file of a message where a bot can open it; asked again, it finds it there. Null: the file cannot be had. */
  keep(loaded: Loaded, content: MediaContent): Promise<StoredMedia | null>;
  transcribeVoice: Listen;
  log: Log;
};

/**
 * What the message at the head says, made ready for the bot: media get an address that opens, voice notes become text. It does not throw.
 * Null: its file cannot be fetched now, since those under way hold all the room. The turn ends, so that it holds nobody's slot, and the chat is woken.
 */
export type Prepare = (loaded: Loaded, integration: Integration | null) => Promise<InboundMessage | null>;

/**
 * Every part may fail, and then the message goes on as it is. Asked again after a crash, or by another process at the same time, it
 * gives the same and pays for nothing twice: what was done stands in the table `media`.
 */
export function createPrepare(ports: PreparePorts): Prepare {
  return async (loaded, integration) => {
    const message = readInbound(loaded.head.event as InboundEvent);
    const { content } = message;
    if (content.kind !== 'media' || !isForBot(loaded, message, integration)) return message;
    try {
      const prepared = await enrichedMedia(loaded, integration, content, ports);
      return prepared && { ...message, content: prepared };
    } catch (error) {
      ports.log.warn({ err: error, conversationId: loaded.conversationId, seq: loaded.head.seq }, 'prepare.failed');
      return message;
    }
  };
}

async function enrichedMedia(
  loaded: Loaded,
  integration: Integration,
  content: MediaContent,
  ports: PreparePorts,
): Promise<InboundContent | null> {
  const { transcription } = integration.settings;
  const isToBeHeard = transcription !== null && content.media === 'audio' && !wantsFile(loaded);
  const isUsable = content.url !== null && isUsableAddress(content.url);
  if (isUsable && !isToBeHeard) return content;
  const leave = ports.enter(loaded);
  if (leave === null) return null;
  const file = await ports.keep(loaded, content).finally(leave);
  if (file === null) return content;
  // The address its producer chose stays where it will do.
  const kept: MediaContent = isUsable ? content : { ...content, url: file.url, fileName: file.fileName, mimeType: file.mimeType };
  if (!isToBeHeard) return kept;
  const words = await ports.transcribeVoice(loaded.instance.instanceId, file, transcription);
  return words === '' ? kept : { kind: 'text', text: `${transcription.prefix}${words}` };
}

/** The bot waits for a file: then the recording is one. */
function wantsFile({ state }: Loaded): boolean {
  if (state.status !== 'waiting') return false;
  const pending = state.session.bot?.pending;
  return pending?.type === 'input' && pending.input.type === 'file input';
}
