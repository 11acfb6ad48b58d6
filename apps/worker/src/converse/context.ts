import { randomUUID } from 'node:crypto';
import {
  type Burst,
  type Command,
  type InboundEvent,
  type InboundMessage,
  type Integration,
  interruption,
  isEcho,
  isJoinable,
  readInbound,
  type StepContext,
} from '@typelane/core';
import type { LaterEvent, Loaded } from '@typelane/db';
import { burstOf } from './burst.ts';
import type { TurnPorts } from './turn.ts';

type Ports = Pick<TurnPorts, 'integrations' | 'read' | 'matches' | 'waitingFrom' | 'log'>;

/**
 * Everything a step may look at besides the state. Asks the database only for a text where the texts of a burst are joined. Null: the
 * message cannot be made ready now.
 */
export async function contextOf(loaded: Loaded, ports: Ports): Promise<StepContext | null> {
  const { instance, now, sends, jid, participant } = loaded;
  const chat = { jid, participant };
  const integration = ports.integrations.read(loaded.integration);
  const head = await headOf(loaded, integration, ports);
  if (head === null) return null;
  return {
    head,
    chat,
    instance,
    integration,
    isHeld: loaded.isHeld || isSilenced(loaded, loaded.state.status === 'due', { chat, integration, now }),
    isEcho: loaded.isEcho || (head.kind === 'message' && isEcho(head.message, head.event, sends)),
    burst: await burstAt(head, loaded, integration, ports),
    matches: ports.matches,
    now,
    freshSessionId: randomUUID(),
  };
}

/**
 * Whether what stands behind the head silences the bot: words from the phone always, words of the contact only where a turn waits.
 * Anywhere else the contact's next words are the next turn.
 */
export function isSilenced(
  { later, sends }: { later: LaterEvent[]; sends: Loaded['sends'] },
  isWaiting: boolean,
  { chat, integration, now }: Pick<StepContext, 'chat' | 'integration' | 'now'>,
): boolean {
  const counted = isWaiting ? later : later.filter(({ fromMe }) => fromMe);
  return counted.length > 0 && interruption(counted, { sends, chat, integration, now }) !== null;
}

async function headOf(loaded: Loaded, integration: Integration | null, ports: Ports): Promise<StepContext['head'] | null> {
  const { head } = loaded;
  const { seq, messageId } = head;
  if (head.kind === 'command') return { seq, messageId, kind: 'command', command: head.event as Command };
  const event = head.event as InboundEvent;
  const message = await enrichOrRead(event, loaded, integration, ports);
  return message && { seq, messageId, kind: 'message', event, message };
}

/** What cannot be prepared is taken as it came: no message may hold up its chat. */
async function enrichOrRead(
  event: InboundEvent,
  loaded: Loaded,
  integration: Integration | null,
  { read, log }: Ports,
): Promise<InboundMessage | null> {
  try {
    return await read(loaded, integration);
  } catch (error) {
    log.error({ err: error, conversationId: loaded.conversationId }, 'read.failed');
    return readInbound(event);
  }
}

async function burstAt(head: StepContext['head'], loaded: Loaded, integration: Integration | null, ports: Ports): Promise<Burst | null> {
  const { state, conversationId } = loaded;
  if (!integration || integration.settings.debounceMs === 0) return null;
  if (state.status !== 'idle' && state.status !== 'ended' && state.status !== 'waiting') return null;
  if (head.kind !== 'message' || head.event.event !== 'messages.upsert' || !isJoinable(head.message, integration.settings)) return null;
  return burstOf(await ports.waitingFrom(conversationId, head.seq), integration.settings);
}
