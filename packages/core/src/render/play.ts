import type { BotAction, BotReply, Bubble } from '../bot.ts';

export type Cue = { bubble: Bubble } | { action: BotAction };

/**
 * Bubbles and actions in the order in which they happen. An action without `lastBubbleBlockId` comes before the first bubble, one with an
 * unknown id after the last. In a loop the same bubble id comes several times, and its actions are dealt out among them.
 */
export function playOf({ bubbles, actions }: BotReply): Cue[] {
  if (actions.length === 0) return bubbles.map((bubble) => ({ bubble }));
  const times = new Map<string, number>();
  for (const { id } of bubbles) times.set(id, (times.get(id) ?? 0) + 1);
  const after = Map.groupBy(actions, ({ lastBubbleBlockId: id }) => id ?? null);

  const cues: Cue[] = (after.get(null) ?? []).map((action) => ({ action }));
  for (const bubble of bubbles) {
    cues.push({ bubble });
    const waiting = after.get(bubble.id) ?? [];
    const left = times.get(bubble.id) ?? 1;
    times.set(bubble.id, left - 1);
    for (const action of waiting.splice(0, Math.ceil(waiting.length / left))) cues.push({ action });
  }
  for (const action of actions) {
    const id = action.lastBubbleBlockId ?? null;
    if (id !== null && !times.has(id)) cues.push({ action });
  }
  return cues;
}
