import type { BotCall, BotReply } from '../bot.ts';
import type { OutboundDraft } from '../outbound.ts';
import type { ClosingReason, Conversation, Final, PauseReason, Session, SessionChange, Step, TranscriptEntry } from './conversation.ts';

// Makes steps and their parts.

type Ending = Partial<Pick<Step, 'say' | 'events' | 'transcript' | 'sessions' | 'retractsReplies' | 'quarantine'>>;

/** The head event ends, alone unless `rest.events` says otherwise. */
export function ends(state: Conversation, final: Final, rest: Ending = {}): Step {
  return { ...unchanged, events: 1, ...rest, state, final };
}

export function ignores(state: Conversation, reason: string, rest: Ending = {}): Step {
  return ends(state, { type: 'ignored', reason }, rest);
}

/** The turn continues. */
export function continues(step: Partial<Step> & Pick<Step, 'state'>): Step {
  return { ...unchanged, ...step };
}

export const answered: Final = { type: 'answered' };

export function opened(session: Session): SessionChange {
  return { session, status: 'open', reason: null };
}

export function paused(session: Session, reason: PauseReason): SessionChange {
  return { session, status: 'paused', reason };
}

export function closed(session: Session, reason: ClosingReason): SessionChange {
  return { session, status: 'closed', reason };
}

/** Texts of our own, sent without a delay. Empty and null ones are left out. */
export function notices(...texts: (string | null)[]): OutboundDraft[] {
  return texts.flatMap((text) => (text ? [{ type: 'text', text, linkPreview: false, typingMs: 0, waitMs: 0 } as const] : []));
}

export function rule(name: string): TranscriptEntry {
  return { type: 'rule', rule: name };
}

export function asked(call: BotCall): TranscriptEntry {
  return { type: 'asked', call: call.type, message: call.type === 'continue' ? call.message : null };
}

export function replied(reply: BotReply): TranscriptEntry {
  const { bubbles, input, actions, logs } = reply;
  return {
    type: 'replied',
    bubbles,
    input: input && { id: input.id, type: input.type },
    actions: actions.map(({ type }) => ({ type })),
    logs,
  };
}

const unchanged: Omit<Step, 'state'> = {
  ask: null,
  waitMs: null,
  say: [],
  final: null,
  events: 0,
  // `step` sets it for every step.
  timerAt: null,
  transcript: [],
  sessions: [],
  retractsReplies: false,
  quarantine: false,
};
