import type { Conversation, Session, Step } from '@typelane/core';

/** The session a step belongs to: the one it opened or ended, else the one the chat is in, else the one it was in. */
export function sessionIdOf(next: Step, before: Conversation): string | null {
  return sessionOf(next, before)?.sessionId ?? null;
}

export function sessionOf(next: Step, before: Conversation): Session | null {
  return next.sessions.at(-1)?.session ?? sessionIn(next.state) ?? sessionIn(before);
}

export function sessionIn(state: Conversation): Session | null {
  switch (state.status) {
    case 'idle':
    case 'ended':
      return null;
    case 'waiting':
    case 'paused':
      return state.session;
    case 'calling':
    case 'due':
      return state.turn.session;
  }
}
