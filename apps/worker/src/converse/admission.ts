import { type BotCall, type BotInquiry, type BotOutcome, type Conversation, holdMaxMs, type StepInput } from '@typelane/core';
import type { Loaded } from '@typelane/db';
import type { Breakers } from './breaker.ts';

/** The share of the process's concurrency, minus what other hosts use, that one Typebot host may use. Hosts that hang leave room for one more. */
const shareMax = 0.8;

export type Admission =
  | { type: 'admitted'; call(request: () => Promise<BotOutcome>): Promise<StepInput>; leave(): void }
  /** Try again after `inMs` milliseconds. Null: the conversation is woken by something else. */
  | { type: 'deferred'; inMs: number | null };

/**
 * Decides whether a call to Typebot may be made now: its host and bot are not known to be down, and the host does not use its share of this
 * process. `state`: the one that records the call. `hasBegun`: the turn has made a call already, so it is admitted whatever the limits say.
 */
export function admit(
  asked: BotCall | BotInquiry,
  state: Conversation,
  { conversationId, instance, head, now }: Loaded,
  hasBegun: boolean,
  { bulkhead, breakers }: { bulkhead: Bulkhead; breakers: Breakers },
): Admission {
  const host = URL.parse(asked.typebotURL)?.origin ?? asked.typebotURL;
  if (asked.type === 'inspect') return admitInquiry(host, conversationId, hasBegun, bulkhead);
  const caller = { host, publicId: publicIdOf(asked, state), instanceId: instance.instanceId, conversationId };
  const admitted = breakers.admit(caller, hasBegun);
  if (admitted.type === 'refused') {
    const waitedMs = now - head.receivedAt;
    if (Math.min(admitted.downMs, waitedMs) < holdMaxMs) return { type: 'deferred', inMs: admitted.inMs };
    return { type: 'admitted', call: async () => ({ type: 'unreachable' }), leave: () => {} };
  }
  const leave = bulkhead.enter(host, hasBegun);
  if (leave === null) {
    admitted.leave();
    bulkhead.waitFor(host, conversationId);
    return { type: 'deferred', inMs: null };
  }
  return {
    type: 'admitted',
    call: (request) => admitted.call(request),
    leave() {
      admitted.leave();
      leave();
    },
  };
}

function publicIdOf(call: BotCall, state: Conversation): string {
  if (call.type === 'start') return call.publicId;
  return (state.status === 'calling' ? state.turn.session.bot?.publicId : null) ?? '';
}

/** An inquiry changes nothing and goes to another API than calls, so no breaker applies. */
function admitInquiry(host: string, conversationId: string, hasBegun: boolean, bulkhead: Bulkhead): Admission {
  const leave = bulkhead.enter(host, hasBegun);
  if (leave !== null) return { type: 'admitted', call: (request) => request(), leave };
  bulkhead.waitFor(host, conversationId);
  return { type: 'deferred', inMs: null };
}

export type Bulkhead = {
  /** Counts a call to this host. Null: the host uses its share, and `hasBegun` is false. Call the returned function when the call is over. */
  enter(host: string, hasBegun: boolean): (() => void) | null;
  /** Wakes this conversation when the host has capacity. Kept in memory only: if it is lost, the sweep wakes the conversation. */
  waitFor(host: string, conversationId: string): void;
  /** Wakes as many conversations as there is capacity for. To be called after every turn: a woken conversation may have made no call. */
  wakeWaiting(): void;
  /** Wakes all waiting conversations, whether there is capacity or not. */
  wakeAll(): void;
};

/** Counts calls in flight by host. `concurrency`: turns in this process. */
export function createBulkhead(concurrency: number, wake: (conversationId: string) => void = () => {}): Bulkhead {
  const callsByHost = new Map<string, number>();
  const waitingByHost = new Map<string, Set<string>>();
  let allCalls = 0;

  const capacityAt = (host: string): number => {
    const calls = callsByHost.get(host) ?? 0;
    const leftByOthers = concurrency - (allCalls - calls);
    return Math.max(1, Math.floor(leftByOthers * shareMax)) - calls;
  };
  const wakeAt = (host: string, countMax: number): void => {
    const waiting = waitingByHost.get(host) ?? new Set();
    let left = countMax;
    for (const conversationId of waiting) {
      if (left <= 0) break;
      left -= 1;
      waiting.delete(conversationId);
      wake(conversationId);
    }
    if (waiting.size === 0) waitingByHost.delete(host);
  };
  const wakeWaiting = (): void => {
    for (const host of waitingByHost.keys()) wakeAt(host, capacityAt(host));
  };

  return {
    enter(host, hasBegun) {
      if (capacityAt(host) <= 0 && !hasBegun) return null;
      callsByHost.set(host, (callsByHost.get(host) ?? 0) + 1);
      allCalls += 1;
      return () => {
        const left = (callsByHost.get(host) ?? 1) - 1;
        if (left > 0) callsByHost.set(host, left);
        else callsByHost.delete(host);
        allCalls -= 1;
        wakeWaiting();
      };
    },
    waitFor(host, conversationId) {
      const waiting = waitingByHost.get(host) ?? new Set();
      waitingByHost.set(host, waiting.add(conversationId));
    },
    wakeWaiting,
    wakeAll() {
      for (const [host, { size }] of waitingByHost) wakeAt(host, size);
    },
  };
}
