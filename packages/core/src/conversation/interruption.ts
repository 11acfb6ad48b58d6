import { readInbound } from '../inbound-content.ts';
import type { ChatAddress } from '../identity.ts';
import type { InboundEvent, InboundMessage } from '../inbound.ts';
import { isEcho, type Send } from './echo.ts';
import type { Integration } from './event.ts';
import { filterReason } from './filter.ts';
import { keywordIn } from './keywords.ts';

/** A message that stands behind the head of an inbox. `isKnownKey`: its key id is one that a send of ours was given. */
export type LaterEvent = { event: InboundEvent; isKnownKey: boolean };

/**
 * What silences a turn from behind: a human who took the chat, or a keyword that ends or changes what the turn is about. The first of
 * them counts; null: the bot may speak. `sends` as for `isEcho`, `now` in milliseconds since 1970.
 */
export function interruption(
  later: readonly LaterEvent[],
  { sends, chat, integration, now }: { sends: readonly Send[]; chat: ChatAddress; integration: Integration | null; now: number },
): 'human' | 'keyword' | null {
  if (!integration?.enabled) return null;
  for (const { event, isKnownKey } of later) {
    const message = readInbound(event);
    if (filterReason(event, message, integration.settings, chat, now) !== null) continue;
    const found = silencer(message, isKnownKey || isEcho(message, event, sends), integration);
    if (found) return found;
  }
  return null;
}

function silencer(message: InboundMessage, isOurs: boolean, { settings }: Integration): 'human' | 'keyword' | null {
  if (message.fromMe) {
    if (isOurs || settings.fromMe === 'ignore') return null;
    if (settings.fromMe === 'pause') return byHuman(message, settings);
  }
  return keywordIn(message.content, settings, ['finish', 'restart', 'pause']) ? 'keyword' : null;
}

/** A human who gives the chat back does not hold it. */
function byHuman({ content }: InboundMessage, settings: Integration['settings']): 'human' | 'keyword' | null {
  const keyword = keywordIn(content, settings, ['finish', 'restart', 'resume']);
  if (keyword === null) return 'human';
  return keyword.kind === 'resume' ? null : 'keyword';
}
