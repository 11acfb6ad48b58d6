import { isDatabaseAway } from '@typelane/db';
import { bury } from './bury.ts';
import type { Doubt } from './slots.ts';
import { turn, type TurnPorts, type TurnTimes } from './turn.ts';

/** Times an event is taken up again after whoever had it was not heard of any more. */
const triesMax = 3;

export type TakeUpPorts = TurnPorts & {
  /** Counts, before anything else, that the chat's head is taken up again; 0: there is nothing to take up now. */
  countTry(conversationId: string): Promise<number>;
  /** The same where none was counted yet; false: the chat is left to the sweep. */
  countFirstTry(conversationId: string): Promise<boolean>;
  forgiveTries(conversationId: string): Promise<void>;
};

/**
 * Carries a chat one event further. `again`: the sweep found it untouched, so the process that had it may have died of its event. Such
 * a taking up is counted first; an event that came to its third and again brought nobody back is given up, so that it costs no fourth process.
 * `late`: the contact wrote on behind such an event; that counts once, and is left to the sweep from then on, or each word would cost
 * a process. Rings of the ordinary kind are not counted: that would be a round trip a turn.
 */
export async function takeUp(conversationId: string, doubt: Doubt, ports: TakeUpPorts, times: TurnTimes): Promise<boolean> {
  if (doubt === 'late' && !(await ports.countFirstTry(conversationId))) return false;
  const tries = doubt === 'again' ? await ports.countTry(conversationId) : 0;
  if (tries >= triesMax) return bury(conversationId, ports, times);
  const isCounted = tries > 0 || doubt === 'late';
  try {
    const more = await turn(conversationId, ports, times);
    if (isCounted) await ports.forgiveTries(conversationId);
    return more;
  } catch (error) {
    if (isCounted && isDatabaseAway(error)) await ports.forgiveTries(conversationId);
    throw error;
  }
}
