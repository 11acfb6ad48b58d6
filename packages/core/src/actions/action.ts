import type { z } from 'zod';
import type { BotAction } from '../bot.ts';
import { skipped, type View } from '../bubbles/message.ts';
import type { About } from '../render/about.ts';
import type { Settings } from '../settings.ts';

/** What an action comes to on WhatsApp. `webhook`: the flow goes on when somebody calls it. */
export type Effect = View | { type: 'wait'; waitMs: number } | { type: 'webhook' };

export type ActionKind = { about: About; run(action: BotAction, settings: Settings): Effect };

/** A kind of client-side action: the shape of its payload and what it does. Another shape is skipped. */
export function actionKind<S extends z.ZodType>(
  payload: S,
  { about, run }: { about: About; run: (payload: z.output<S>, settings: Settings) => Effect },
): ActionKind {
  return {
    about,
    run(action, settings) {
      const read = payload.safeParse(action);
      return read.success ? run(read.data, settings) : skipped('unreadable_action');
    },
  };
}
