import { type ChannelSighting, type DeliveryStatus, type Database, forgetStatuses, noteSightings, noteStatuses } from '@typelane/db';
import type { Log } from '@typelane/runtime';

export type Sightings = {
  connection(channelId: string, state: string): void;
  inbound(channelId: string): void;
  acknowledged(channelId: string): void;
  problem(channelId: string, text: string): void;
  statuses(statuses: DeliveryStatus[]): void;
  /** Writes what is left. */
  stop(): Promise<void>;
};

const writeEveryMs = 1_000;
const forgetEveryMs = 3_600_000;
/** Statuses kept while PostgreSQL is away. They are information, so the oldest may go. */
const heldMax = 50_000;

/** Gathers what was seen of channels and sent messages, and writes it once a second: no webhook waits for it. */
export function createSightings(database: Database, log: Log): Sightings {
  let seen = new Map<string, ChannelSighting>();
  let held: DeliveryStatus[] = [];
  const of = (channelId: string): ChannelSighting => {
    const known = seen.get(channelId);
    if (known) return known;
    const fresh = { channelId, connection: null, inboundAt: null, acknowledgedAt: null, problem: null };
    seen.set(channelId, fresh);
    return fresh;
  };
  const write = async (): Promise<void> => {
    const [sightings, statuses] = [[...seen.values()], held];
    [seen, held] = [new Map(), []];
    try {
      await noteSightings(database.sql, sightings);
      for (let at = 0; at < statuses.length; at += 1_000) await noteStatuses(database.sql, statuses.slice(at, at + 1_000));
    } catch (error) {
      held = [...statuses, ...held].slice(-heldMax);
      log.warn({ err: error }, 'sightings.failed');
    }
  };
  let writing: Promise<void> = Promise.resolve();
  const timer = setInterval(() => (writing = writing.then(write)), writeEveryMs);
  const forgetting = setInterval(() => {
    forgetStatuses(database.sql).catch((error: unknown) => log.warn({ err: error }, 'statuses.not-forgotten'));
  }, forgetEveryMs);
  return {
    connection: (channelId, state) => void (of(channelId).connection = { state: state.slice(0, 100), at: Date.now() }),
    inbound: (channelId) => void (of(channelId).inboundAt = Date.now()),
    acknowledged: (channelId) => void (of(channelId).acknowledgedAt = Date.now()),
    problem: (channelId, text) => void (of(channelId).problem = { text: text.slice(0, 500), at: Date.now() }),
    statuses: (statuses) => void held.push(...statuses),
    async stop() {
      clearInterval(timer);
      clearInterval(forgetting);
      await writing;
      await write();
    },
  };
}
