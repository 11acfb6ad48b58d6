import { createServer } from 'node:http';
import { listen } from '../listen.ts';
import { createEngine } from './engine.ts';
import { assertClean, createHearing, textOf } from './heard.ts';
import type { Heard, Violation } from './heard.ts';
import { createLookUp } from './look-up.ts';
import type { Look } from './look-up.ts';
import { createMoodSwings } from './moods.ts';
import type { MoodSwings } from './moods.ts';
import type { BotScript } from './script.ts';
import { createReceiver } from './server.ts';
import type { Session } from './session.ts';
import { dialects } from './version.ts';
import type { TypebotVersion } from './version.ts';

export type FakeTypebotOptions = {
  /** By public id. */
  bots: Readonly<Record<string, BotScript>>;
  /** Default `3.18`. */
  version?: TypebotVersion;
  /** Time every request takes before the flow goes on; default 0. */
  latencyMs?: number;
  /** The token with which results can be read; without one every look is refused. */
  apiToken?: string;
  /** False keeps `heard` empty, for benchmarks of many requests. Default true. */
  keepsLog?: boolean;
};

export type FakeTypebot = {
  /** What to use as `typebotURL`. */
  url: string;
  /** All startChat and continueChat requests, in order of arrival. */
  heard: readonly Heard[];
  heardIn: (sessionId: string) => Heard[];
  /** The texts a session was sent, in order of arrival, processed or not. */
  textsIn: (sessionId: string) => string[];
  /** The live sessions, by id. */
  sessions: ReadonlyMap<string, Session>;
  /** Every look at a result or a bot, in order. */
  looks: readonly Look[];
  /** The results API is out of service for the next `times` looks. */
  failLooks: (times: number) => void;
  /** Overlapping requests and failed scripts. */
  violations: readonly Violation[];
  /** @throws when there are violations */
  assertClean: () => void;
  /** Treats the next `times` (1) requests that fit badly. */
  nextMood: MoodSwings['next'];
  /** Chooses a mood for every request no `nextMood` is for; null takes the choice away. */
  mood: MoodSwings['always'];
  /** How many queued moods were not used. */
  moodsLeft: () => number;
  /** Publishes, replaces or (null) takes away a bot. Running sessions keep the flow they started with. */
  setBot: (publicId: string, script: BotScript | null) => void;
  /** What Typebot's cleaning of old sessions does. */
  loseSession: (sessionId: string) => void;
  close: () => Promise<void>;
};

/**
 * A server that speaks Typebot's chat API as the real viewer does, errors and traps included: answers are validated, sessions
 * die when their flow ends, a start that was the end is replayed once or never answered. Two requests at a time on one
 * session, which the real one takes and spoils, are answered with 500 and kept as a violation. Results are read under the same address.
 *
 * @example
 * const fake = await startFakeTypebot({
 *   bots: {
 *     shop: {
 *       variables: ['pushName', 'order'],
 *       groups: {
 *         Hi: [text('Hi {{pushName}}'), buttons([{ content: 'Buy', goTo: 'Buy' }, 'Nothing'])],
 *         Buy: [text('What?'), askText({ save: 'order' }), wait(2), text('{{order}}, of course'), goTo('Hi')],
 *       },
 *     },
 *   },
 * });
 * fake.nextMood(moods.badGateway(), { text: 'a horse' });
 * // ... talk to fake.url ...
 * fake.assertClean();
 */
export async function startFakeTypebot(options: FakeTypebotOptions): Promise<FakeTypebot> {
  const dialect = dialects[options.version ?? '3.18'];
  const engine = createEngine(options.bots, dialect);
  const hearing = createHearing(options.keepsLog ?? true);
  const moodSwings = createMoodSwings();
  const { lookUp, looks, fail } = createLookUp(engine, options.apiToken ?? null);
  const receiver = createReceiver({ engine, dialect, hearing, moodSwings, latencyMs: options.latencyMs ?? 0, lookUp });
  const { url, close } = await listen(createServer(receiver.receive));

  const heardIn = (sessionId: string) => hearing.heard.filter((heard) => heard.sessionId === sessionId);
  return {
    url,
    heard: hearing.heard,
    heardIn,
    textsIn: (sessionId) => heardIn(sessionId).flatMap((heard) => textOf(heard) ?? []),
    sessions: engine.sessions,
    looks,
    failLooks: fail,
    violations: hearing.violations,
    assertClean: () => assertClean(hearing.violations),
    nextMood: moodSwings.next,
    mood: moodSwings.always,
    moodsLeft: moodSwings.left,
    setBot: engine.setBot,
    loseSession: (sessionId) => void engine.sessions.delete(sessionId),
    close: async () => {
      receiver.stop();
      await close();
    },
  };
}
