import { join } from 'node:path';
import { ConfigurationError, type Env } from './env.ts';
import { deriveKey } from './secrets.ts';

/** The environment that says where files are kept and offered. The API and the worker must read the same. */
export const mediaEnv = [
  'PUBLIC_URL',
  'HOST',
  'PORT',
  'SECRET_KEY',
  'DATA_DIR',
  'MEDIA_DIR',
  'MEDIA_S3_BUCKET',
  'MEDIA_S3_ENDPOINT',
  'MEDIA_S3_REGION',
  'MEDIA_S3_ACCESS_KEY_ID',
  'MEDIA_S3_SECRET_ACCESS_KEY',
  'MEDIA_MAX_MB',
  'MEDIA_KEEP_DAYS',
] as const;

export type MediaEnv = Pick<Env, (typeof mediaEnv)[number]>;

export type MediaPlan = {
  publicUrl: string;
  /** Signs addresses, and nothing else. */
  key: Buffer;
  place:
    | { type: 'folder'; folder: string }
    | {
        type: 'bucket';
        bucket: string;
        endpoint: string | null;
        region: string;
        credentials: { accessKeyId: string; secretAccessKey: string } | null;
      };
  sizeBytesMax: number;
  /** Null: for ever. */
  keepDays: number | null;
};

/** @throws {ConfigurationError} when one half of a pair is missing. */
export function mediaPlanOf(env: MediaEnv): MediaPlan {
  return {
    publicUrl: env.PUBLIC_URL ?? `http://${hostOf(env.HOST)}:${env.PORT}`,
    key: deriveKey(env.SECRET_KEY, 'media address'),
    place: env.MEDIA_S3_BUCKET === undefined ? folderOf(env) : bucketOf(env, env.MEDIA_S3_BUCKET),
    sizeBytesMax: env.MEDIA_MAX_MB * 1_024 * 1_024,
    keepDays: env.MEDIA_KEEP_DAYS === 0 ? null : env.MEDIA_KEEP_DAYS,
  };
}

/** An API that listens on all addresses is reached at the address of the machine. */
function hostOf(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function folderOf({ DATA_DIR, MEDIA_DIR, MEDIA_S3_ENDPOINT, MEDIA_S3_ACCESS_KEY_ID }: MediaEnv): MediaPlan['place'] {
  if (MEDIA_S3_ENDPOINT !== undefined || MEDIA_S3_ACCESS_KEY_ID !== undefined)
    throw new ConfigurationError('MEDIA_S3_BUCKET is required with the other MEDIA_S3 variables');
  return { type: 'folder', folder: MEDIA_DIR ?? join(DATA_DIR, 'media') };
}

function bucketOf(env: MediaEnv, bucket: string): MediaPlan['place'] {
  const { MEDIA_S3_ENDPOINT: endpoint = null, MEDIA_S3_REGION: region } = env;
  const { MEDIA_S3_ACCESS_KEY_ID: accessKeyId, MEDIA_S3_SECRET_ACCESS_KEY: secretAccessKey } = env;
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined))
    throw new ConfigurationError('MEDIA_S3_ACCESS_KEY_ID and MEDIA_S3_SECRET_ACCESS_KEY must both be set, or neither');
  const credentials = accessKeyId !== undefined && secretAccessKey !== undefined ? { accessKeyId, secretAccessKey } : null;
  return { type: 'bucket', bucket, endpoint, region, credentials };
}
