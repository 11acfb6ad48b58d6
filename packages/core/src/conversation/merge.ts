import type { Conversation, Session } from './state.ts';

/** How two conversations of one contact become one. */
export type Merge = {
  /** Where the conversation of the phone stands from now on; the other one is idle. */
  state: Conversation;
  /** This session of the other conversation goes on under the phone. */
  moved: Session | null;
  /** This session ends, since a chat has one live session at most. */
  replaced: Session | null;
};

/**
 * Joins the conversation of a contact's other name into the phone's, when neither is at work on an event. Where both are in a session
 * the phone's goes on, unless a human holds the other one: the bot never talks into a chat that somebody took from it.
 */
export function merge(phone: Conversation, other: Conversation): Merge {
  const [mine, theirs] = [liveSession(phone), liveSession(other)];
  if (theirs === null) {
    const state = mine === null && phone.status === 'idle' ? other : phone;
    return { state, moved: null, replaced: null };
  }
  if (mine === null) return { state: other, moved: theirs, replaced: null };
  const isTakenByHuman = other.status === 'paused' && phone.status !== 'paused';
  return isTakenByHuman ? { state: other, moved: theirs, replaced: mine } : { state: phone, moved: null, replaced: theirs };
}

function liveSession(state: Conversation): Session | null {
  switch (state.status) {
    case 'waiting':
    case 'paused':
      return state.session;
    case 'calling':
    case 'due':
      throw new Error(`A conversation that is ${state.status} cannot be joined`);
    default:
      return null;
  }
}
