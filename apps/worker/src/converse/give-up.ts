import { giveUpStep } from './abandon.ts';
import type { TurnPorts, TurnTimes } from './turn.ts';
import { writeUnread } from './write.ts';

/** Ends the event at a chat's head as poison. What it says is not looked at: that may be what kills. Returns true when another event waits. */
export async function giveUpEvent(conversationId: string, ports: TurnPorts, times: TurnTimes): Promise<boolean> {
  const loaded = await ports.load(conversationId);
  if (loaded === null) return false;
  const { state, version, head, instance } = loaded;
  const step = giveUpStep(state, 'poison');
  // The time of an abandoned call is over: nobody is given the chat before.
  const committed = await writeUnread({ ...step, quarantine: false }, { loaded, state, version }, ports, times);
  if (committed === null) return false;
  ports.log.error({ conversationId, instanceId: instance.instanceId, seq: head.seq, status: state.status }, 'turn.poison');
  return committed.more;
}
