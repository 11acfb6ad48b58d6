import { type FakeTypebot, type Heard, type Mood, moods, startFakeTypebot } from '@typelane/testkit';
import { echoBot } from '../order/echo-bot.ts';
import type { Behaviour, ChaosPlan } from './plan.ts';

/** On the host that behaves as planned, the bot that answers every request with 500. */
export const failingBot = 'failing';

/** Two hosts: one that behaves as planned, but for the bot that fails; and one that answers nobody until it is healed. */
export type Typebots = {
  planned: FakeTypebot;
  mute: FakeTypebot;
  /** From now on the mute one answers. */
  heal(): void;
  /** What both got, each in order of arrival. */
  heard(): Heard[];
  overlaps(): number;
  /** Calls so far whose end the caller could not know. */
  spoiltCalls(): number;
  close(): Promise<void>;
};

export async function startTypebots({ behaviours, isCalm }: ChaosPlan): Promise<Typebots> {
  const bots = { echo: echoBot, [failingBot]: echoBot };
  const [planned, mute] = await Promise.all([startFakeTypebot({ bots, latencyMs: 5 }), startFakeTypebot({ bots, latencyMs: 5 })]);
  let requests = 0;
  let spoilt = 0;
  planned.mood(({ publicId }) => {
    if (publicId === failingBot) return moods.internalError({ defined: true });
    const behaviour = behaviours[(requests += 1) % behaviours.length] ?? 'well';
    if (!['well', 'slow', 'unavailable'].includes(behaviour)) spoilt += 1;
    return moodOf[behaviour];
  });
  if (!isCalm)
    mute.mood(() => {
      spoilt += 1;
      return moodOf.hang;
    });
  return {
    planned,
    mute,
    heal: () => mute.mood(null),
    heard: () => [...planned.heard, ...mute.heard],
    overlaps: () => [...planned.violations, ...mute.violations].filter(({ type }) => type === 'overlap').length,
    spoiltCalls: () => spoilt,
    close: async () => void (await Promise.all([planned.close(), mute.close()])),
  };
}

/** Work that goes on after the client has gone stays below the quarantine. */
const moodOf: Record<Behaviour, Mood | null> = {
  well: null,
  slow: { type: 'delay', ms: 300 },
  unavailable: moods.unavailable(),
  reset: { type: 'reset', at: 'afterReading' },
  resetAfter: { type: 'reset', at: 'afterProcessing' },
  hang: { type: 'hang', processed: false, busyMs: 1_800 },
  worksOn: { type: 'hang', processed: true, busyMs: 2_200 },
  errorAfter: { ...moods.internalError({ defined: true }), processed: true },
  badGateway: moods.badGateway(),
  halfAnswer: { type: 'truncate', at: 'contentLength' },
};
