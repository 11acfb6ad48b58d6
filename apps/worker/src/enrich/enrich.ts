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
  /** Acquires room to store a file of this instance; the result releases it. Null: no room now, and the conversation is woken when there is. */
  enter(loaded: Loaded): (() => void) | null;
  /** Stores the file of a message where a bot can open it. Idempotent. Null: the file is not available. */
  keep(loaded: Loaded, content: MediaContent): Promise<StoredMedia | null>;
  transcribeVoice: Listen;
  log: Log;
};

/**
 * Enriches the oldest unhandled message: media get an address that the bot can open, voice notes become text. Does not throw. Null: other
 * files use all the room. The turn ends, which frees its concurrency, and the conversation is woken later.
 */
export type Prepare = (loaded: Loaded, integration: Integration | null) => Promise<InboundMessage | null>;

/**
 * If a part fails, the message continues unchanged. A repetition, after a crash or in another process at the same time, gives the same
 * result and pays for nothing twice, because results are kept in the table `media`.
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
  const needsTranscript = transcription !== null && content.media === 'audio' && !wantsFile(loaded);
  const isUsable = content.url !== null && isUsableAddress(content.url);
  if (isUsable && !needsTranscript) return content;
  const leave = ports.enter(loaded);
  if (leave === null) return null;
  const file = await ports.keep(loaded, content).finally(leave);
  if (file === null) return content;
  // A usable address of the producer stays.
  const kept: MediaContent = isUsable ? content : { ...content, url: file.url, fileName: file.fileName, mimeType: file.mimeType };
  if (!needsTranscript) return kept;
  const words = await ports.transcribeVoice(loaded.instance.instanceId, file, transcription);
  return words === '' ? kept : { kind: 'text', text: `${transcription.prefix}${words}` };
}

/** A bot that waits for a file gets the recording itself. */
function wantsFile({ state }: Loaded): boolean {
  if (state.status !== 'waiting') return false;
  const pending = state.session.bot?.pending;
  return pending?.type === 'input' && pending.input.type === 'file input';
}
