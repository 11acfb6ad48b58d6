import type { Conversation, Step } from '@typelane/core';

/** The session a step belongs to: the one it opened or ended, else the one the chat is in, else the one it was in. */
export function sessionIdOf(next: Step, before: Conversation): string | null {
  return next.sessions.at(-1)?.session.sessionId ?? sessionIdIn(next.state) ?? sessionIdIn(before);
}

function sessionIdIn(state: Conversation): string | null {
  switch (state.status) {
    case 'idle':
      return null;
    case 'waiting':
    case 'paused':
      return state.session.sessionId;
    case 'calling':
    case 'due':
      return state.turn.session.sessionId;
  }
}
