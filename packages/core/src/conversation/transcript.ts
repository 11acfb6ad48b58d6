import type { BotAction, BotCall, BotReply, Bubble } from '../bot.ts';
import type { Verdict } from './evidence.ts';

/** What happened in a turn, in order. Kept with the turn; shown by the transcript endpoint; never logged. */
export type TranscriptEntry =
  | { type: 'asked'; call: 'start' | 'continue'; message: unknown }
  | {
      type: 'replied';
      bubbles: Bubble[];
      input: { id: string; type: string } | null;
      actions: Pick<BotAction, 'type'>[];
      logs: BotReply['logs'];
    }
  /** The bot said something that WhatsApp cannot show or we do not know. */
  | { type: 'skipped'; what: string; reason: string }
  | { type: 'failed'; outcome: 'sessionLost' | 'notSent' | 'refused' | 'failed' | 'uncertain' | 'notInspected'; cause: string }
  /** What Typebot had kept was looked at, to find out whether it heard. */
  | { type: 'inspected'; verdict: Verdict }
  /** Why something was done that nobody asked for by name: `keyword.finish`, `expired`, `unmatched.hint`, … */
  | { type: 'rule'; rule: string }
  /** A reply was decided and kept from the contact because a human took the chat. */
  | { type: 'withheld'; messages: number };

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
