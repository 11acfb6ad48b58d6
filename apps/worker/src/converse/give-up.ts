import type { Conversation, Step } from '@typelane/core';
import type { TurnDependencies } from './dependencies.ts';
import { writeUnread } from './write.ts';

/** `internal_error`: the step threw. `poison`: several workers died or failed while they handled the event. */
type GiveUpReason = 'internal_error' | 'poison';

/** Ends the event at the head as poison, without parsing it: that may be what kills. Returns true when another event waits. */
export async function giveUpEvent(conversationId: string, deps: TurnDependencies): Promise<boolean> {
  const loaded = await deps.store.load(conversationId);
  if (loaded === null) return false;
  const { state, version, head, instance } = loaded;
  // `load` waits until the time of an abandoned call is over, so no quarantine is needed.
  const step = { ...giveUpStep(state, 'poison'), quarantine: false };
  const committed = await writeUnread(step, { loaded, state, version }, deps);
  if (committed === null) return false;
  deps.log.error({ conversationId, instanceId: instance.instanceId, seq: head.seq, status: state.status }, 'turn.poison');
  return committed.more;
}

/** Ends an event that cannot be handled as dead, and returns the conversation to its last good state. */
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
