import type { Database } from '@typelane/db';
import { connectRedis, createEgress, createQueue, type Log, queueNames, type Running, type Sealer } from '@typelane/runtime';
import { startCourier } from './courier.ts';
import { startRelay } from './relay.ts';
import { announceTimes, type AnnounceTimes } from './times.ts';

type Options = {
  database: Database;
  redisUrl: string;
  prefix: string;
  /** `host:port` of private receivers the operator trusts. */
  egressAllow: string[];
  sealer: Sealer;
  times?: Partial<AnnounceTimes> | undefined;
  log: Log;
};

/** Tells the outside what steps wrote down for it: on the queue `events`, and by webhook. */
export function startAnnouncer({ database, redisUrl, prefix, egressAllow, sealer, times: given, log }: Options): Running {
  const times = { ...announceTimes, ...given };
  const redis = connectRedis(redisUrl);
  redis.on('error', (error) => log.warn({ err: error }, 'redis.error'));
  const events = createQueue(queueNames.events, redis, prefix);
  events.on('error', (error) => log.warn({ err: error, queue: events.name }, 'redis.error'));
  const egress = createEgress({ allow: egressAllow });
  const courier = startCourier({ database, egress, sealer, times, log });
  const relay = startRelay({ database, redisUrl, prefix, events, pollMs: times.pollMs, log, onHanded: () => courier.wake() });
  return {
    async stop() {
      await relay.stop();
      await courier.stop();
      egress.close();
      await events.close();
      redis.disconnect();
    },
  };
}
