import { assertInbound, InvalidEventError, sentenceOf } from '@typelane/client';
import { type InboundEvent, type Jid, parseJid } from '@typelane/core';

/** What a dead letter says today; else the sentences that say why it still cannot be taken. */
export type ReadAgain = { events: InboundEvent[]; chats: { instanceId: string; jid: Jid }[] } | { problems: string[] };

/**
 * Reads what died at the door as the door would now. The events lose their old time: they come in late because of us and not of the
 * contact, and would be stale.
 */
export function readAgain(payload: string): ReadAgain {
  const came = parsed(payload);
  if (came === undefined) return { problems: ['The data of the job must be JSON'] };
  try {
    assertInbound(came);
  } catch (error) {
    if (error instanceof InvalidEventError) return { problems: error.problems.map((problem) => sentenceOf(problem, 'The event')) };
    throw error;
  }
  if (hasField(came, '__proto__')) return { problems: ['No field may be called `__proto__`'] };
  const events = Array.isArray(came) ? came : [came];
  const chats = events.map(({ instance, data }) => ({ instanceId: instance.instanceId, jid: parseJid(data.keyRemoteJid) }));
  const stray = chats.findIndex(({ jid }) => jid === null);
  if (stray !== -1) {
    const address = JSON.stringify(events[stray]?.data.keyRemoteJid);
    return { problems: [`\`data.keyRemoteJid\` must be a WhatsApp address, but got ${address}`] };
  }
  return { events: events.map(withoutTime), chats: chats.flatMap(({ instanceId, jid }) => (jid ? [{ instanceId, jid }] : [])) };
}

function withoutTime(event: InboundEvent): InboundEvent {
  const { messageTimestamp: _old, ...data } = event.data;
  return { ...event, data };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Not nested without end: that is what the limits are looked at for first. */
function hasField(value: unknown, name: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, name) || Object.values(value).some((inner) => hasField(inner, name));
}
