import { filterReason, type InboundEvent, type InboundMessage, type Integration, type Settings } from '@typelane/core';
import type { Loaded } from '@typelane/db';

/**
 * Predicts whether the bot will get this message, so that nothing is downloaded or paid for that core then ignores. A wrong prediction costs
 * a download, never a message, because core decides again.
 */
export function isForBot(loaded: Loaded, message: InboundMessage, integration: Integration | null): integration is Integration {
  if (integration === null || !integration.enabled || loaded.isHeld) return false;
  const { head, jid, participant, now } = loaded;
  if (filterReason(head.event as InboundEvent, message, integration.settings, { jid, participant }, now) !== null) return false;
  return isFromContact(loaded, message, integration.settings) && reachesBot(loaded, integration.settings);
}

function isFromContact({ isEcho }: Loaded, { fromMe, sentByApi }: InboundMessage, settings: Settings): boolean {
  return !fromMe || (settings.fromMe === 'listen' && !sentByApi && !isEcho);
}

/** A recording starts a bot only if every message does. On a number with a keyword, recordings are private. */
function reachesBot({ state, now }: Loaded, settings: Settings): boolean {
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
