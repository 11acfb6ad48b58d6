import { readFileSync } from 'node:fs';
import { expectationOf } from '@typelane/core';
import { z } from 'zod';
import { parseEgressAllow } from './egress.ts';
import { isGuessable } from './secrets.ts';

const url = (protocols: string[]) =>
  z
    .string()
    .refine(
      (text) => protocols.includes(URL.parse(text)?.protocol ?? ''),
      `a URL that starts with ${protocols.map((p) => `${p}//`).join(' or ')}`,
    );
const whole = (from: number, to: number) =>
  z
    .string()
    .regex(/^\d+$/, `a whole number from ${from} to ${to}`)
    .transform(Number)
    .refine((n) => n >= from && n <= to, `a whole number from ${from} to ${to}`);

/** Every environment variable, its meaning and its default. The README's table is checked against this one. */
export const envSchema = z.object({
  DATABASE_URL: url(['postgres:', 'postgresql:']).describe('PostgreSQL 13 or newer. `npm start` brings its own when this is absent.'),
  REDIS_URL: url(['redis:', 'rediss:']).describe(
    'Redis or Valkey, 6.2 or newer, with `maxmemory-policy noeviction` and AOF. `npm start` brings its own when this is absent.',
  ),
  PORT: whole(0, 65_535).default(3_000).describe('Port of the API; 0 takes any free one.'),
  HOST: z.string().min(1).default('127.0.0.1').describe('Address the API listens on; `0.0.0.0` for all.'),
  GATEWAY_PORT: whole(0, 65_535).default(3_001).describe('Port on which the gateway process takes webhooks; 0 takes any free one.'),
  GATEWAY_URL: url(['http:', 'https:'])
    .transform((text) => text.replace(/\/+$/, ''))
    .optional()
    .describe(
      'Where WhatsApp gateways and the workers reach the gateway process, such as https://hooks.example.com. Absent: `HOST` and `GATEWAY_PORT`.',
    ),
  // Balancers ask every 2 to 10 seconds by default and take a server out after one to three failures.
  DRAIN_DELAY_MS: whole(0, 30_000)
    .default(5_000)
    .describe(
      'Milliseconds the API goes on serving after SIGTERM while `/readyz` answers 503, so that a balancer stops sending before the port closes.',
    ),
  OPERATOR_TOKEN: z
    .string()
    .min(16)
    .optional()
    .describe('Token that may do everything. `npm start` makes one and keeps it in the data folder; `npm run api` needs it.'),
  SECRET_KEY: z
    .string()
    .min(32)
    .refine((text) => !isGuessable(text), 'a random text such as `openssl rand -hex 32` gives')
    .describe(
      'Seals the secrets that are kept in PostgreSQL and signs links to media: the same for every process, and kept, since what it has sealed is lost without it. `npm start` makes one and keeps it in the data folder.',
    ),
  DATA_DIR: z.string().min(1).default('.data').describe('Folder for what `npm start` keeps.'),
  EGRESS_ALLOW: z
    .string()
    .default('')
    .transform((text, context) => {
      try {
        return parseEgressAllow(text);
      } catch (error) {
        context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
        return z.NEVER;
      }
    })
    .describe(
      'Private hosts that may be called (Typebots, transcription services, webhooks, gateways that files are fetched from): `host:port`, separated by commas. Everything else must be public.',
    ),
  INBOUND_PARTITIONS: whole(1, 256)
    .default(1)
    .describe(
      'Number of inbound queues: 1 is `inbound`, more are `inbound-0` and so on. All events of an instance go to one of them. Drain before changing.',
    ),
  WORKER_CONCURRENCY: whole(1, 2_000).default(200).describe('Turns that one worker process runs at the same time.'),
  TYPEBOT_TIMEOUT_MS: whole(1_000, 600_000)
    .default(30_000)
    .describe('Milliseconds for one call to Typebot, from the first byte to the last.'),
  TYPEBOT_QUARANTINE_MS: whole(0, 3_600_000)
    .default(60_000)
    .describe('Milliseconds that a chat waits after a call of unknown outcome, because Typebot may still be working on it.'),
  TRANSCRIPTION_TIMEOUT_MS: whole(1_000, 600_000)
    .default(30_000)
    .describe('Milliseconds for transcribing one voice note. Its chat waits that long at most, then the bot gets the recording.'),
  SWEEP_INTERVAL_MS: whole(1_000, 600_000)
    .default(10_000)
    .describe('Milliseconds between sweeps for lost wake-ups and unacknowledged replies.'),
  QUEUE_PREFIX: z
    .string()
    .regex(/^[\w{}.-]{1,100}$/, '1 to 100 letters, digits, `_`, `-`, `.`, `{` and `}`')
    .default('bull')
    .describe("BullMQ's key prefix. Producers and consumers must use the same."),
  PUBLIC_URL: url(['http:', 'https:'])
    .refine((text) => /^[^?#@\s]+$/.test(text), 'a URL without user name, query and fragment')
    .optional()
    .describe(
      'Where bots reach the API to open files that contacts send, such as `https://bots.example.com`. A Typebot elsewhere cannot open the default, `http://HOST:PORT`. The same for every process.',
    ),
  MEDIA_DIR: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder for the files that contacts send. Default: `media` in `DATA_DIR`. With API and workers on several machines it must be a folder they share, or use a bucket.',
    ),
  MEDIA_S3_BUCKET: z.string().min(1).optional().describe('Bucket of any S3-compatible store, instead of `MEDIA_DIR`.'),
  MEDIA_S3_ENDPOINT: url(['http:', 'https:']).optional().describe("The store's address, if it is not Amazon's: MinIO, R2, Spaces."),
  MEDIA_S3_REGION: z.string().min(1).default('us-east-1').describe("The bucket's region."),
  MEDIA_S3_ACCESS_KEY_ID: z.string().min(1).optional().describe('Access key of the bucket. Without it, the role of the machine is used.'),
  MEDIA_S3_SECRET_ACCESS_KEY: z.string().min(1).optional().describe('Secret of `MEDIA_S3_ACCESS_KEY_ID`.'),
  // WhatsApp takes images up to 5 MB, audio and video up to 16, documents up to 100: with this nothing that WhatsApp delivers is refused.
  MEDIA_MAX_MB: whole(1, 2_000).default(100).describe('Maximum megabytes of one file. WhatsApp allows 100 (documents).'),
  MEDIA_KEEP_DAYS: whole(0, 36_500).default(30).describe('Days that a file and its address are kept. 0: for ever.'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info').describe('Log level.'),
});

export type Env = z.infer<typeof envSchema>;

/** The environment is wrong: the sentences name each variable, what is allowed and what came. Exit code 2. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** Reads the named variables. Each may also come from a file: `NAME_FILE`. An empty variable counts as absent. */
export function readEnv<Name extends keyof Env>(names: readonly Name[], env: NodeJS.ProcessEnv = process.env): Pick<Env, Name> {
  const read: Partial<Record<Name, unknown>> = {};
  const sentences: string[] = [];
  // Lists that are put together may name a variable twice.
  for (const name of new Set(names)) {
    const came = valueOf(name, env);
    const parsed = envSchema.shape[name].safeParse(came);
    if (parsed.success) read[name] = parsed.data;
    else sentences.push(...parsed.error.issues.slice(0, 1).map((issue) => sentence(name, came, expectationOf(issue))));
  }
  if (sentences.length > 0) throw new ConfigurationError(sentences.join('\n'));
  return read as Pick<Env, Name>;
}

function sentence(name: keyof Env, came: string | undefined, expected: string): string {
  if (came === undefined) return `${name} is required: ${envSchema.shape[name].description ?? ''}`;
  return `${name} must be ${expected}, but got ${shown(name, came)}`;
}

function valueOf(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const direct = env[name];
  const file = env[`${name}_FILE`];
  if (direct && file) throw new ConfigurationError(`${name} and ${name}_FILE must not both be set`);
  if (!file) return direct || undefined;
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch (cause) {
    throw new ConfigurationError(`${name}_FILE must name a readable file, but got ${JSON.stringify(file)}`, { cause });
  }
}

/** Values with credentials are not repeated. */
function shown(name: string, value: string): string {
  return /TOKEN|URL|KEY|ENDPOINT/.test(name) ? `${value.length} characters that are not shown` : JSON.stringify(value);
}
