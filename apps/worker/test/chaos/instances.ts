import { createIntegration, type Database } from '@typelane/db';
import type { ChaosPlan } from './plan.ts';
import { failingBot, type Typebots } from './typebots.ts';

/** The hostile tenants: one with a bot that answers, and one whose bot fails on the host that the honest ones use. */
export type HostileInstances = { talks: string; fails: string };

/** Three honest instances: one leaves uncertain turns, one repeats them, and one has a mute Typebot. */
export type Instances = {
  /** Those with a Typebot that answers. */
  heard: string[];
  /** All honest ones. */
  all: string[];
  hostile: HostileInstances;
  atLeastOnce: string;
  of(lane: number): string;
};

/** Of ten chats, one has the mute Typebot. */
const muteEvery = 10;

export async function registerInstances({ seed }: ChaosPlan, database: Database, { planned, mute }: Typebots): Promise<Instances> {
  const [once, again, waits] = [`once-${seed}`, `again-${seed}`, `waits-${seed}`];
  const hostile = { talks: `hostile-${seed}`, fails: `failing-${seed}` };
  const register = (instanceId: string, typebotURL: string, delivery: string, publicId = 'echo') =>
    createIntegration(
      database,
      { scope: 'admin' },
      {
        instanceId,
        businessId: null,
        instanceName: null,
        publicId,
        typebotURL,
        enabled: true,
        // No notices, so that every text comes from the bot and can be counted.
        settings: { staleAfterMinutes: 0, delivery, serviceUnavailable: 'retry', errorMessage: null, uncertainMessage: null },
      },
    );
  await register(once, planned.url, 'at-most-once');
  await register(again, planned.url, 'at-least-once');
  await register(waits, mute.url, 'at-most-once');
  await register(hostile.talks, planned.url, 'at-most-once');
  await register(hostile.fails, planned.url, 'at-most-once', failingBot);
  return {
    heard: [once, again],
    all: [once, again, waits],
    hostile,
    atLeastOnce: again,
    of: (lane) => (lane % muteEvery === muteEvery - 1 ? waits : lane % 2 === 0 ? once : again),
  };
}
