import { filterReason, type InboundEvent, type InboundMessage, type Integration, type Settings } from '@typelane/core';
import type { Loaded } from '@typelane/db';

/**
 * Whether the bot may hear this message, as far as it can be told beforehand: nothing is fetched, and nothing paid for, that core then
 * ignores. To be wrong costs a download, never a message: core decides again.
 */
export function isForBot(loaded: Loaded, message: InboundMessage, integration: Integration | null): integration is Integration {
  if (integration === null || !integration.enabled || loaded.isHeld) return false;
  const { head, jid, participant, now } = loaded;
  if (filterReason(head.event as InboundEvent, message, integration.settings, { jid, participant }, now) !== null) return false;
  return isContacts(loaded, message, integration.settings) && isHeard(loaded, integration.settings);
}

function isContacts({ isEcho }: Loaded, { fromMe, sentByApi }: InboundMessage, settings: Settings): boolean {
  return !fromMe || (settings.fromMe === 'listen' && !sentByApi && !isEcho);
}

/** A recording starts a bot only where every message does: what people say on a number with a keyword is nobody's business. */
function isHeard({ state, now }: Loaded, settings: Settings): boolean {
  const startsByAny = settings.trigger.type === 'all' || settings.flows.some(({ trigger }) => trigger.type === 'all');
  switch (state.status) {
    case 'paused':
      return false;
    case 'idle':
      return startsByAny;
    case 'ended':
      if (settings.afterEnd === 'keyword') return false;
      return startsByAny && (settings.afterEnd === 'restart' || now >= state.at + settings.silentMinutes * 60_000);
    case 'waiting':
    case 'calling':
    case 'due':
      return true;
  }
}
