import { type BotCall, type BotInquiry, type BotOutcome, type Conversation, type StepInput, holdMaxMs } from '@typelane/core';
import type { Loaded } from '@typelane/db';
import type { Breakers } from './breaker.ts';
import type { Bulkhead } from './bulkhead.ts';

export type Admission =
  | { type: 'room'; ask(call: () => Promise<BotOutcome>): Promise<StepInput>; leave(): void }
  /** Not now. `inMs` null: the chat is rung for already, or will be woken. */
  | { type: 'deferred'; inMs: number | null };

/** Where a call to Typebot may be made: host and bot answer, and this process has room left for it. `state`: the one that has the call on record. */
export function admit(
  asked: BotCall | BotInquiry,
  state: Conversation,
  { conversationId, instance, head, now }: Loaded,
  anyhow: boolean,
  { bulkhead, breakers }: { bulkhead: Bulkhead; breakers: Breakers },
): Admission {
  const host = URL.parse(asked.typebotURL)?.origin ?? asked.typebotURL;
  if (asked.type === 'inspect') return admitInquiry(bulkhead.enter(host, anyhow), () => bulkhead.waitFor(host, conversationId));
  const caller = { host, publicId: publicIdOf(asked, state), instanceId: instance.instanceId, conversationId };
  const admitted = breakers.enter(caller, anyhow);
  if (admitted.type === 'refused') {
    const waitedMs = now - head.receivedAt;
    if (Math.min(admitted.downMs, waitedMs) < holdMaxMs) return { type: 'deferred', inMs: admitted.inMs };
    return { type: 'room', ask: async () => ({ type: 'unreachable' }), leave: () => {} };
  }
  const leave = bulkhead.enter(host, anyhow);
  if (leave === null) {
    admitted.leave();
    bulkhead.waitFor(host, conversationId);
    return { type: 'deferred', inMs: null };
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

function publicIdOf(call: BotCall, state: Conversation): string {
  if (call.type === 'start') return call.publicId;
  return (state.status === 'calling' ? state.turn.session.bot?.publicId : null) ?? '';
}

/** Looking something up changes nothing and is made elsewhere than calls are: a breaker has no say in it. */
function admitInquiry(leave: (() => void) | null, wait: () => void): Admission {
  if (leave !== null) return { type: 'room', ask: (call) => call(), leave };
  wait();
  return { type: 'deferred', inMs: null };
}
