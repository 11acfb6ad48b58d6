import { type Burst, type InboundEvent, isFileOfContact, isJoinable, readInbound, type Settings } from '@typelane/core';
import type { WaitingRow } from '@typelane/db';

/** Texts one burst may hold; the next begins another one. */
export const burstMax = 50;

/**
 * The texts at the head of an inbox that may be answered as one. Whatever else stands behind them closes the burst: a command, media, a
 * button, a keyword, another participant of the group, or the human on the phone. `rows`: the head first, `burstMax + 1` at most.
 */
export function burstOf(rows: readonly WaitingRow[], settings: Settings): Burst | null {
  const [head] = rows;
  if (!head) return null;
  const from = rows.findIndex((row) => !joins(row, head, settings));
  const joined = rows.slice(0, Math.min(from === -1 ? rows.length : from, burstMax));
  const [first, last] = [joined[0], joined.at(-1)];
  if (!first || !last) return null;
  return {
    texts: joined.map(({ event }) => textOf(event)),
    firstAt: first.receivedAt,
    lastAt: last.receivedAt,
    isClosed: joined.length < rows.length,
  };
}

/** The run of files that an inbox begins with. Anything else closes it: a text, a command, another participant, the human on the phone. */
export function filesAmong(rows: readonly WaitingRow[]): { rows: readonly WaitingRow[]; isClosed: boolean } {
  const [head] = rows;
  const isOne = ({ kind, event }: WaitingRow) =>
    kind === 'message' &&
    event.event === 'messages.upsert' &&
    isFileOfContact(readInbound(event)) &&
    (event.data.keyParticipant || null) === (head?.event.data.keyParticipant || null);
  const from = rows.findIndex((row) => !isOne(row));
  const run = rows.slice(0, Math.min(from === -1 ? rows.length : from, burstMax));
  return { rows: run, isClosed: run.length < rows.length };
}

function joins({ kind, event }: WaitingRow, head: WaitingRow, settings: Settings): boolean {
  if (kind !== 'message' || event.event !== 'messages.upsert') return false;
  const message = readInbound(event);
  return isJoinable(message, settings) && message.participant === (head.event.data.keyParticipant || null);
}

function textOf(event: InboundEvent): string {
  const { content } = readInbound(event);
  return content.kind === 'text' ? content.text : '';
}
