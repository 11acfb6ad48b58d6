import type { Publisher } from '@typelane/client';
import type { Database } from '@typelane/db';
import type { MediaStore } from '@typelane/media';
import type { connectRedis, createQueue, Egress, Log, WakeUp, Sealer } from '@typelane/runtime';
import type { IngestWatch } from './ingest-watch.ts';

/** Everything the API needs from outside. Routes receive it as an argument and use no globals. */
export type ApiContext = {
  database: Database;
  redis: ReturnType<typeof connectRedis>;
  /** The queue of wake-ups. */
  converse: ReturnType<typeof createQueue<WakeUp>>;
  /** The inbound queue. */
  inbound: Pick<Publisher, 'publish'>;
  ingestWatch: Pick<IngestWatch, 'stalls'>;
  /** Encrypts secret settings and webhook secrets, which are never shown again. */
  sealer: Sealer;
  /** Decides which addresses a tenant may use, and connects to no others. */
  egress: Pick<Egress, 'check' | 'agents'>;
  media: ApiMedia;
  log: Log;
  config: ApiConfig;
  /** The process is about to stop: `/readyz` says so. */
  isDraining(): boolean;
};

/** Files that contacts send. */
export type ApiMedia = {
  store: MediaStore;
  sizeBytesMax: number;
  /** Null: for ever. */
  keepDays: number | null;
  /** Signs addresses. */
  key: Buffer;
  addressOf(file: { mediaId: string; fileName: string }): string;
};

export type ApiConfig = {
  /** May do everything. */
  operatorToken: string;
  /** Where gateways reach the gateway process. */
  gatewayUrl: string;
  /** Milliseconds a request waits for its command to take effect before it is answered with 202. */
  settleTimeoutMs: number;
  /** Milliseconds to wait for a wake-up or a ping of Redis. A request must not hang while Redis is away. */
  redisTimeoutMs: number;
};

/** Milliseconds after which an inbound queue that does not move shows in `/readyz`: longer than a failover or a rollout takes. */
export const ingestStalledAfterMs = 60_000;

export const defaultApiConfig = { settleTimeoutMs: 5_000, redisTimeoutMs: 2_000 } as const;
