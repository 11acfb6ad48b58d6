import type { Database } from '@typelane/db';
import { connectRedis, createEgress, createQueue, type Log, queueNames, type Running, type Sealer } from '@typelane/runtime';
import { startWebhookDispatcher } from './webhook-dispatcher.ts';
import { startEventRelay } from './event-relay.ts';
import { sessionEventLimits, type SessionEventLimits } from './limits.ts';

type Options = {
  database: Database;
  redisUrl: string;
  prefix: string;
  /** `host:port` of private receivers the operator trusts. */
  egressAllow: string[];
  sealer: Sealer;
  limits?: Partial<SessionEventLimits> | undefined;
  log: Log;
};

/** Publishes committed session events on the queue `events` and by webhook. */
export function startSessionEvents({ database, redisUrl, prefix, egressAllow, sealer, limits: given, log }: Options): Running {
  const limits = { ...sessionEventLimits, ...given };
  const redis = connectRedis(redisUrl);
  redis.on('error', (error) => log.warn({ err: error }, 'redis.error'));
  const events = createQueue(queueNames.events, redis, prefix);
  events.on('error', (error) => log.warn({ err: error, queue: events.name }, 'redis.error'));
  const egress = createEgress({ allow: egressAllow });
  const dispatcher = startWebhookDispatcher({ database, egress, sealer, limits, log });
  const relay = startEventRelay({ database, redisUrl, prefix, events, limits, log, onDeliveries: () => dispatcher.wake() });
  return {
    async stop() {
      await relay.stop();
      await dispatcher.stop();
      egress.close();
      await events.close();
      redis.disconnect();
    },
  };
}
