import type { BotCall, BotInquiry, BotOutcome, Happening } from '@typelane/core';
import type { Loaded } from '@typelane/db';
import type { Breakers } from './breaker.ts';
import type { Bulkhead } from './bulkhead.ts';

/**
 * Milliseconds an event waits for a host that answers nobody; then the contact is told. Less than the ten minutes after which a message
 * is too old to be answered at all (`staleAfterMinutes`), since that end is a silent one.
 */
const unreachableAfterMs = 300_000;

export type Room =
  | { type: 'room'; ask(call: () => Promise<BotOutcome>): Promise<Happening>; leave(): void }
  /** Not now. `inMs` null: the chat is rung for already, or will be woken. */
  | { type: 'later'; inMs: number | null };

/** Where a call to Typebot may be made: the host answers, and this process has room left for it. */
export function roomFor(
  asked: BotCall | BotInquiry,
  { conversationId, head, now }: Loaded,
  anyhow: boolean,
  { bulkhead, breakers }: { bulkhead: Bulkhead; breakers: Breakers },
): Room {
  const host = URL.parse(asked.typebotURL)?.origin ?? asked.typebotURL;
  if (asked.type === 'inspect') return roomToInspect(bulkhead.enter(host, anyhow), () => bulkhead.waitFor(host, conversationId));
  const admitted = breakers.enter(host, conversationId, anyhow);
  if (admitted.type === 'refused') {
    const waitedMs = now - head.receivedAt;
    if (Math.min(admitted.downMs, waitedMs) < unreachableAfterMs) return { type: 'later', inMs: admitted.inMs };
    return { type: 'room', ask: async () => ({ type: 'unreachable' }), leave: () => {} };
  }
  const leave = bulkhead.enter(host, anyhow);
  if (leave === null) {
    admitted.leave();
    bulkhead.waitFor(host, conversationId);
    return { type: 'later', inMs: null };
  }
  return {
    type: 'room',
    ask: (call) => admitted.call(call),
    leave() {
      admitted.leave();
      leave();
    },
  };
}

/** Looking something up changes nothing and is made elsewhere than calls are: a breaker has no say in it. */
function roomToInspect(leave: (() => void) | null, wait: () => void): Room {
  if (leave !== null) return { type: 'room', ask: (call) => call(), leave };
  wait();
  return { type: 'later', inMs: null };
}
