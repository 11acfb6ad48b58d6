import type { Publisher } from '@typelane/client';
import type { Database } from '@typelane/db';
import type { MediaStore } from '@typelane/media';
import type { connectRedis, createQueue, Egress, Log, WakeUp, Sealer } from '@typelane/runtime';
import type { IngestWatch } from './ingest-watch.ts';

/** All that the API needs from outside. Routes get it as an argument; there is no other way to anything. */
export type ApiContext = {
  database: Database;
  redis: ReturnType<typeof connectRedis>;
  /** The doorbell. */
  converse: ReturnType<typeof createQueue<WakeUp>>;
  /** The inbound queue. */
  inbound: Pick<Publisher, 'publish'>;
  ingestWatch: Pick<IngestWatch, 'stalls'>;
  /** Seals what nobody is shown again: secret settings, and secrets of webhooks. */
  sealer: Sealer;
  /** Says which addresses a tenant may name, and connects to no others. */
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
  /** Milliseconds Redis is given for a ring or a ping. It may be away, and a request must not hang on it. */
  redisTimeoutMs: number;
};

/** Milliseconds after which an inbound queue that does not move shows in `/readyz`: longer than a failover or a rollout takes. */
export const ingestStalledAfterMs = 60_000;

export const defaultApiConfig = { settleTimeoutMs: 5_000, redisTimeoutMs: 2_000 } as const;
