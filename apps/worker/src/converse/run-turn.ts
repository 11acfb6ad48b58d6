import { isDatabaseAway } from '@typelane/db';
import { giveUpEvent } from './give-up.ts';
import type { Redelivery } from './concurrency-limiter.ts';
import { turn, type TurnPorts, type TurnTimes } from './turn.ts';

/** Times an event is taken up again after whoever had it was not heard of any more. */
const deliveryAttemptsMax = 3;

export type RunTurnPorts = TurnPorts & {
  /** Counts, before anything else, that the chat's head is taken up again; 0: there is nothing to take up now. */
  countDeliveryAttempt(conversationId: string): Promise<number>;
  /** The same where none was counted yet; false: the chat is left to the sweep. */
  countFirstDeliveryAttempt(conversationId: string): Promise<boolean>;
  resetDeliveryAttempts(conversationId: string): Promise<void>;
};

/**
 * Carries a chat one event further. `again`: the sweep found it untouched, so the process that had it may have died of its event. Such
 * a taking up is counted first; an event that came to its third and again brought nobody back is given up, so that it costs no fourth process.
 * `late`: the contact wrote on behind such an event; that counts once, and is left to the sweep from then on, or each word would cost
 * a process. Rings of the ordinary kind are not counted: that would be a round trip a turn.
 */
export async function runTurn(conversationId: string, redelivery: Redelivery, ports: RunTurnPorts, times: TurnTimes): Promise<boolean> {
  if (redelivery === 'overdue' && !(await ports.countFirstDeliveryAttempt(conversationId))) return false;
  const deliveryAttempts = redelivery === 'swept' ? await ports.countDeliveryAttempt(conversationId) : 0;
  if (deliveryAttempts >= deliveryAttemptsMax) return giveUpEvent(conversationId, ports, times);
  const isCounted = deliveryAttempts > 0 || redelivery === 'overdue';
  try {
    const more = await turn(conversationId, ports, times);
    if (isCounted) await ports.resetDeliveryAttempts(conversationId);
    return more;
  } catch (error) {
    if (isCounted && isDatabaseAway(error)) await ports.resetDeliveryAttempts(conversationId);
    throw error;
  }
}
