import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { parseEgressAllow } from './egress.ts';

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
  OPERATOR_TOKEN: z
    .string()
    .min(16, 'at least 16 characters')
    .optional()
    .describe('Token that may do everything. `npm start` makes one and keeps it in the data folder; `npm run api` needs it.'),
  SECRET_KEY: z
    .string()
    .min(32, 'at least 32 characters')
    .describe(
      'Seals the secrets that are kept in PostgreSQL: long, random, the same for all processes. `npm start` makes one and keeps it in the data folder.',
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
    .describe('Private Typebots and webhooks the worker may call: `host:port`, separated by commas. Everything else must be public.'),
  INBOUND_PARTITIONS: whole(1, 256)
    .default(1)
    .describe('Inbound queues: 1 is `inbound`, more are `inbound-0` and so on. Drain before changing.'),
  WORKER_CONCURRENCY: whole(1, 2_000).default(200).describe('Turns one worker process runs at once.'),
  TYPEBOT_TIMEOUT_MS: whole(1_000, 600_000)
    .default(30_000)
    .describe('Milliseconds for one call to Typebot, from the first byte to the last.'),
  TYPEBOT_QUARANTINE_MS: whole(0, 3_600_000)
    .default(60_000)
    .describe('Milliseconds a chat waits after a call of unknown outcome: as long as Typebot may still be at work on it.'),
  SWEEP_INTERVAL_MS: whole(1_000, 600_000)
    .default(10_000)
    .describe('Milliseconds between sweeps for lost doorbells and unacknowledged replies.'),
  QUEUE_PREFIX: z
    .string()
    .regex(/^[\w{}.-]{1,100}$/, 'letters, digits, `_`, `-`, `.`, `{` and `}`')
    .default('bull')
    .describe("BullMQ's key prefix. Producers and consumers must use the same."),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info').describe('Log level.'),
});

export type Env = z.infer<typeof envSchema>;

/** The environment is wrong: the sentences name each variable, what was expected and what came. Exit code 2. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
}

/** Reads the named variables. Each may also come from a file: `NAME_FILE`. An empty variable counts as absent. */
export function readEnv<Name extends keyof Env>(names: readonly Name[], env: NodeJS.ProcessEnv = process.env): Pick<Env, Name> {
  const read: Partial<Record<Name, unknown>> = {};
  const sentences: string[] = [];
  for (const name of names) {
    const came = valueOf(name, env);
    const parsed = envSchema.shape[name].safeParse(came);
    if (parsed.success) read[name] = parsed.data;
    else sentences.push(sentence(name, came, parsed.error.issues[0]?.message ?? ''));
  }
  if (sentences.length > 0) throw new ConfigurationError(sentences.join('\n'));
  return read as Pick<Env, Name>;
}

function sentence(name: keyof Env, came: string | undefined, expected: string): string {
  if (came === undefined) return `${name} is required: ${envSchema.shape[name].description ?? ''}`;
  return `Expected ${name} to be ${expected}, got ${shown(name, came)}`;
}

function valueOf(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const direct = env[name];
  const file = env[`${name}_FILE`];
  if (direct && file) throw new ConfigurationError(`Expected either ${name} or ${name}_FILE, got both`);
  if (!file) return direct || undefined;
  try {
    return readFileSync(file, 'utf8').trim() || undefined;
  } catch (cause) {
    throw new ConfigurationError(`Expected ${name}_FILE to name a readable file, got ${JSON.stringify(file)}`, { cause });
  }
}

/** Values with credentials are not repeated. */
function shown(name: string, value: string): string {
  return /TOKEN|URL|KEY/.test(name) ? 'something else (not shown)' : JSON.stringify(value);
}
