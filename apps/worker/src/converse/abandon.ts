import type { Conversation, Step } from '@typelane/core';

/** `internal_error`: its step failed. `poison`: worker after worker died of it, or failed at it. */
export type GiveUpReason = 'internal_error' | 'poison';

/** The step for an event that cannot be carried to its end: it is dead, and the chat stands where the last good step left it. */
export function giveUpStep(state: Conversation, reason: GiveUpReason): Step {
  return {
    state: lastGoodState(state),
    ask: null,
    waitMs: null,
    say: [],
    final: { type: 'dead', reason },
    transcript: [],
    events: 'turn' in state ? state.turn.events : 1,
    // The next event sets it again.
    timerAt: null,
    sessions: [],
    retractsReplies: false,
    quarantine: state.status === 'calling',
  };
}

function lastGoodState(state: Conversation): Conversation {
  if (state.status !== 'calling' && state.status !== 'due') return state;
  const { session, isOpen } = state.turn;
  return isOpen ? { status: 'waiting', session } : { status: 'idle' };
}
