import { consumeReplies, createPublisher } from '@typelane/client';
import { connect } from '@typelane/db';
import {
  ConfigurationError,
  connectRedis,
  createEgress,
  createSealer,
  type Env,
  listenFailure,
  type Log,
  type Running,
} from '@typelane/runtime';
import { createCall } from './call.ts';
import { createChannels } from './channels.ts';
import { createCounts } from './counts.ts';
import { createMediaLinks } from './media-links.ts';
import { createIntents } from './replies/intents.ts';
import { createSender } from './replies/sender.ts';
import { gatewayURLOf } from './url.ts';
import { createSightings } from './sightings.ts';
import { createServer } from './webhooks/server.ts';

export type GatewayOptions = Pick<
  Env,
  | 'DATABASE_URL'
  | 'REDIS_URL'
  | 'SECRET_KEY'
  | 'EGRESS_ALLOW'
  | 'INBOUND_PARTITIONS'
  | 'QUEUE_PREFIX'
  | 'HOST'
  | 'GATEWAY_PORT'
  | 'GATEWAY_URL'
> & {
  log: Log;
  /** Milliseconds after which a send that nobody has seen arrive is made again; default 10,000. */
  settleMs?: number;
  /** For tests: how consumers pace, retry and take over. */
  consumer?: { pace?: boolean; backoffMs?: number; lockMs?: number };
};

/** The environment a gateway process reads. */
export const gatewayEnv = [
  'DATABASE_URL',
  'REDIS_URL',
  'SECRET_KEY',
  'EGRESS_ALLOW',
  'INBOUND_PARTITIONS',
  'QUEUE_PREFIX',
  'HOST',
  'GATEWAY_PORT',
  'GATEWAY_URL',
  'LOG_LEVEL',
] as const;

/** Milliseconds Redis has to acknowledge a webhook's events: gateways wait 5 s at least. */
const publishTimeoutMs = 3_500;
/** A gateway that is down or refuses its credentials is tried for about four minutes. */
const attempts = 12;
const repliesAtOnce = 200;

/** Takes webhooks and sends replies. Any number of processes may run. `url`: where webhooks come in, as gateways see it. */
export async function startGateway(options: GatewayOptions): Promise<Running & { url: string; port: number }> {
  const { log, QUEUE_PREFIX: prefix, REDIS_URL: redisUrl } = options;
  const database = connect(options.DATABASE_URL, { applicationName: 'typelane-gateway' });
  const redis = connectRedis(redisUrl);
  const onError = (error: Error): void => log.warn({ err: error }, 'redis.error');
  redis.on('error', onError);
  const publisher = createPublisher({ connection: redis, prefix, partitions: options.INBOUND_PARTITIONS, timeoutMs: publishTimeoutMs });
  const egress = createEgress({ allow: options.EGRESS_ALLOW });
  const at = { port: options.GATEWAY_PORT };
  const links = createMediaLinks(options.SECRET_KEY, () => gatewayURLOf(options, at.port));
  const channels = createChannels({ database, sealer: createSealer(options.SECRET_KEY), links, log });
  const [sightings, counts, intents, call] = [
    createSightings(database, log),
    createCounts(),
    createIntents(redis, prefix),
    createCall(egress),
  ];
  const { noteSent } = intents;
  const server = createServer({ channels, publisher, noteSent, sightings, counts, log, call, links });
  await server.listen({ port: options.GATEWAY_PORT, host: options.HOST }).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === 'EADDRINUSE'
      ? portTaken(options.GATEWAY_PORT, cause)
      : listenFailure(cause, { ...options, PORT: options.GATEWAY_PORT });
  });
  const address = server.server.address();
  if (typeof address === 'object' && address !== null) at.port = address.port;
  const sender = createSender({ channels, intents, sightings, counts, call, log, settleMs: options.settleMs ?? 10_000 });
  const { send, onTyping, accepts } = sender;
  const consumer = consumeReplies(redis, send, {
    prefix,
    concurrency: repliesAtOnce,
    attempts,
    onTyping,
    accepts,
    onError,
    ...options.consumer,
  });
  await consumer.ready();
  const close = async (): Promise<void> => {
    await server.close();
    await consumer.close();
    await publisher.close();
    await sightings.stop();
    egress.close();
    redis.disconnect();
    await database.close();
  };
  let stopped: Promise<void> | null = null;
  return {
    url: gatewayURLOf(options, at.port),
    port: at.port,
    stop: () => (stopped ??= close()),
  };
}

function portTaken(port: number, cause: Error): ConfigurationError {
  return new ConfigurationError(`GATEWAY_PORT must be a free port, but another program listens on ${port}`, { cause });
}
