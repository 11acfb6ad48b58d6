import type { Database } from '@typelane/db';
import { connectRedis, createEgress, createQueue, type Log, queueNames, type Running, type Sealer } from '@typelane/runtime';
import { startCourier } from './courier.ts';
import { startRelay } from './relay.ts';
import { announceLimits, type AnnounceLimits } from './limits.ts';

type Options = {
  database: Database;
  redisUrl: string;
  prefix: string;
  /** `host:port` of private receivers the operator trusts. */
  egressAllow: string[];
  sealer: Sealer;
  limits?: Partial<AnnounceLimits> | undefined;
  log: Log;
};

/** Tells the outside what steps wrote down for it: on the queue `events`, and by webhook. */
export function startAnnouncer({ database, redisUrl, prefix, egressAllow, sealer, limits: given, log }: Options): Running {
  const limits = { ...announceLimits, ...given };
  const redis = connectRedis(redisUrl);
  redis.on('error', (error) => log.warn({ err: error }, 'redis.error'));
  const events = createQueue(queueNames.events, redis, prefix);
  events.on('error', (error) => log.warn({ err: error, queue: events.name }, 'redis.error'));
  const egress = createEgress({ allow: egressAllow });
  const courier = startCourier({ database, egress, sealer, limits, log });
  const relay = startRelay({ database, redisUrl, prefix, events, limits, log, onHanded: () => courier.wake() });
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
