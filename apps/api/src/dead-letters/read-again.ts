import { assertInbound, InvalidEventError, sentenceOf } from '@typelane/client';
import { type InboundEvent, type Jid, parseJid } from '@typelane/core';

/** The events of a dead letter, or sentences that say why it still cannot be ingested. */
export type ReadAgain = { events: InboundEvent[]; chats: { instanceId: string; jid: Jid }[] } | { problems: string[] };

/**
 * Parses the payload of an event that was rejected at ingest by the rules of today. `messageTimestamp` is dropped: the delay is ours and
 * not the contact's, and with the old time the event would count as stale.
 */
export function readAgain(payload: string): ReadAgain {
  const body = parsed(payload);
  if (body === undefined) return { problems: ['The data of the job must be JSON'] };
  try {
    assertInbound(body);
  } catch (error) {
    if (error instanceof InvalidEventError) return { problems: error.problems.map((problem) => sentenceOf(problem, 'The event')) };
    throw error;
  }
  if (hasField(body, '__proto__')) return { problems: ['No field may be called `__proto__`'] };
  const events = Array.isArray(body) ? body : [body];
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

/** Recursion is safe: `assertInbound` has already limited the depth. */
function hasField(value: unknown, name: string): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.hasOwn(value, name) || Object.values(value).some((inner) => hasField(inner, name));
}
