import { type Env, type Log, type MediaEnv, mediaEnv } from '@typelane/runtime';
import type { SessionEventLimits } from './session-events/limits.ts';

/** The environment variables a worker reads. */
export const workerEnv = [
  'DATABASE_URL',
  'REDIS_URL',
  'SECRET_KEY',
  'EGRESS_ALLOW',
  'INBOUND_PARTITIONS',
  'WORKER_CONCURRENCY',
  'TYPEBOT_TIMEOUT_MS',
  'TYPEBOT_QUARANTINE_MS',
  'TRANSCRIPTION_TIMEOUT_MS',
  'SWEEP_INTERVAL_MS',
  'QUEUE_PREFIX',
  ...mediaEnv,
  'LOG_LEVEL',
] as const;

export type WorkerOptions = Omit<Pick<Env, (typeof workerEnv)[number]>, keyof MediaEnv | 'LOG_LEVEL'> &
  MediaEnv & { log: Log; sessionEventLimits?: Partial<SessionEventLimits> };
