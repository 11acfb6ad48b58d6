import { randomUUID } from 'node:crypto';
import {
  type Burst,
  type Command,
  type Files,
  type InboundEvent,
  type InboundMessage,
  type Integration,
  interruption,
  isEcho,
  isFileOfContact,
  isJoinable,
  readInbound,
  type Settings,
  type StepContext,
  takesSeveralFiles,
} from '@typelane/core';
import type { LaterEvent, Loaded, WaitingRow } from '@typelane/db';
import { matches } from '@typelane/runtime';
import type { TurnDependencies } from './dependencies.ts';

/** Texts or files in one burst, at most; the next one begins another burst. */
const burstMax = 50;

/**
 * Everything a step may look at besides the state. Queries the database only when texts are joined into bursts, or when the question takes
 * several files. Null: a message cannot be enriched now.
 */
export async function contextOf(loaded: Loaded, deps: TurnDependencies): Promise<StepContext | null> {
  const { instance, now, sends, jid, participant } = loaded;
  const chat = { jid, participant };
  const integration = deps.integrations.parse(loaded.integration);
  const head = await headOf(loaded, integration, deps);
  const files = head && (await filesAt(head, loaded, integration, deps));
  if (head === null || files === 'not now') return null;
  return {
    head,
    chat,
    instance,
    integration,
    isHeld: loaded.isHeld || isSilenced(loaded, loaded.state.status === 'due', { chat, integration, now }),
    isEcho: loaded.isEcho || (head.kind === 'message' && isEcho(head.message, head.event, sends)),
    burst: await burstAt(head, loaded, integration, deps),
    files,
    matches,
    now,
    freshSessionId: randomUUID(),
  };
}

/**
 * Whether an event behind the head silences the bot. A message from the phone may always do so, a message of the contact only while a turn
 * waits: otherwise the contact's next message is simply the next turn.
 */
export function isSilenced(
  { later, sends }: { later: LaterEvent[]; sends: Loaded['sends'] },
  isWaiting: boolean,
  { chat, integration, now }: Pick<StepContext, 'chat' | 'integration' | 'now'>,
): boolean {
  const candidates = isWaiting ? later : later.filter(({ fromMe }) => fromMe);
  return candidates.length > 0 && interruption(candidates, { sends, chat, integration, now }) !== null;
}

async function headOf(loaded: Loaded, integration: Integration | null, deps: TurnDependencies): Promise<StepContext['head'] | null> {
  const { head } = loaded;
  const { seq, messageId } = head;
  if (head.kind === 'command') return { seq, messageId, kind: 'command', command: head.event as Command };
  const event = head.event as InboundEvent;
  const message = await enrichOrRead(event, loaded, integration, deps);
  return message && { seq, messageId, kind: 'message', event, message };
}

/** A message that cannot be enriched continues as it came, so that it does not block its conversation. */
async function enrichOrRead(
  event: InboundEvent,
  loaded: Loaded,
  integration: Integration | null,
  { enrich, log }: TurnDependencies,
): Promise<InboundMessage | null> {
  try {
    return await enrich(loaded, integration);
  } catch (error) {
    log.error({ err: error, conversationId: loaded.conversationId }, 'read.failed');
    return readInbound(event);
  }
}

async function burstAt(
  head: StepContext['head'],
  { state, conversationId }: Loaded,
  integration: Integration | null,
  { store }: TurnDependencies,
): Promise<Burst | null> {
  if (!integration || integration.settings.debounceMs === 0) return null;
  if (state.status !== 'idle' && state.status !== 'ended' && state.status !== 'waiting') return null;
  if (head.kind !== 'message' || head.event.event !== 'messages.upsert' || !isJoinable(head.message, integration.settings)) return null;
  // One more than a burst holds, to know whether something follows it.
  return burstOf(await store.waitingFrom(conversationId, head.seq, burstMax + 1), integration.settings);
}

/**
 * The texts at the head of an inbox that may be answered together. Any other event closes the burst: a command, media, a button, a keyword,
 * another participant of the group, or a message from the phone. `rows`: the head first.
 */
function burstOf(rows: readonly WaitingRow[], settings: Settings): Burst | null {
  const [head] = rows;
  if (!head) return null;
  const end = rows.findIndex((row) => !joins(row, head, settings));
  const joined = rows.slice(0, Math.min(end === -1 ? rows.length : end, burstMax));
  const [first, last] = [joined[0], joined.at(-1)];
  if (!first || !last) return null;
  return {
    texts: joined.map(({ event }) => textOf(event)),
    firstAt: first.receivedAt,
    lastAt: last.receivedAt,
    isClosed: joined.length < rows.length,
  };
}

/** The files at the head, each enriched, if the question takes several. `not now`: one of them cannot be enriched now. */
async function filesAt(
  head: StepContext['head'],
  loaded: Loaded,
  integration: Integration | null,
  deps: TurnDependencies,
): Promise<Files | null | 'not now'> {
  if (head.kind !== 'message' || head.event.event !== 'messages.upsert') return null;
  if (!takesSeveralFiles(loaded.state) || !isFileOfContact(head.message)) return null;
  const { rows, isClosed } = filesAmong(await deps.store.waitingFrom(loaded.conversationId, head.seq, burstMax + 1));
  const messages = [head.message];
  for (const { event } of rows.slice(1)) {
    const message = await enrichOrRead(event, { ...loaded, head: { ...loaded.head, event } }, integration, deps);
    if (message === null) return 'not now';
    messages.push(message);
  }
  const [first, last] = [rows[0], rows.at(-1)];
  return first && last ? { messages, firstAt: first.receivedAt, lastAt: last.receivedAt, isClosed } : null;
}

/** The files at the head of an inbox. Any other event closes the run: a text, a command, another participant, or a message from the phone. */
function filesAmong(rows: readonly WaitingRow[]): { rows: readonly WaitingRow[]; isClosed: boolean } {
  const [head] = rows;
  const isFile = ({ kind, event }: WaitingRow) =>
    kind === 'message' &&
    event.event === 'messages.upsert' &&
    isFileOfContact(readInbound(event)) &&
    (event.data.keyParticipant || null) === (head?.event.data.keyParticipant || null);
  const end = rows.findIndex((row) => !isFile(row));
  const run = rows.slice(0, Math.min(end === -1 ? rows.length : end, burstMax));
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
