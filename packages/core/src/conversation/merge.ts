import type { Conversation, Session } from './conversation.ts';
import { liveSession } from './session.ts';

/** The result of merging two conversations of one contact. */
export type Merge = {
  /** The state of the phone's conversation. The other one becomes idle. */
  state: Conversation;
  /** The session of the other conversation that continues under the phone. */
  moved: Session | null;
  /** The session that closes, because a chat has at most one live session. */
  replaced: Session | null;
};

/**
 * Merges the conversation of a contact's other name into the phone's. Throws if either is in a turn. If both have a live session, the phone's
 * continues, unless a human has the other one: the bot must not speak in a chat that was taken from it.
 */
export function merge(phone: Conversation, other: Conversation): Merge {
  const [own, others] = [sessionOutsideTurn(phone), sessionOutsideTurn(other)];
  if (others === null) {
    const state = own === null && phone.status === 'idle' ? other : phone;
    return { state, moved: null, replaced: null };
  }
  if (own === null) return { state: other, moved: others, replaced: null };
  const isTakenByHuman = other.status === 'paused' && phone.status !== 'paused';
  return isTakenByHuman ? { state: other, moved: others, replaced: own } : { state: phone, moved: null, replaced: others };
}

function sessionOutsideTurn(state: Conversation): Session | null {
  if (state.status === 'calling' || state.status === 'due') throw new Error(`A conversation that is ${state.status} cannot be merged`);
  return liveSession(state);
}
