import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { Redis } from 'ioredis';
import { ConfigurationError } from './env.ts';
import type { MediaPlan } from './media-plan.ts';

/** Milliseconds a server is given to answer while a process starts. */
const answerWithinMs = 10_000;

/**
 * Checks that Redis does not evict keys. A Redis that does not answer yet passes, since it may come back later. `warn` receives a sentence
 * about a setting that is allowed but unwise.
 * @throws {ConfigurationError} when it evicts keys or refuses the credentials.
 */
export async function checkRedis(url: string, warn: (sentence: string) => void): Promise<void> {
  const redis = new Redis(url, {
    lazyConnect: true,
    retryStrategy: () => null,
    connectTimeout: answerWithinMs,
    commandTimeout: answerWithinMs,
    maxRetriesPerRequest: 0,
  });
  // The promises reject only with "connection closed"; this event has the reason.
  let closedBy: Error | null = null;
  redis.on('error', (error) => (closedBy ??= error));
  try {
    await redis.connect();
    const facts = factsIn(await redis.info('everything'));
    const policy = facts.get('maxmemory_policy') ?? 'noeviction';
    if (policy !== 'noeviction')
      throw new ConfigurationError(
        `REDIS_URL must name a Redis with \`maxmemory-policy noeviction\`, but got ${policy}: it would delete events that have not been read`,
      );
    if (facts.get('aof_enabled') === '0')
      warn('The Redis of REDIS_URL has no append-only file: events that it acknowledged are lost when it restarts. Set `appendonly yes`.');
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const message = reasonOf(closedBy ?? error);
    if (/^(?:NOAUTH|WRONGPASS|NOPERM)\b|invalid password/i.test(message))
      throw new ConfigurationError(`REDIS_URL must contain credentials that the server accepts, but got: ${message}`, { cause: error });
    warn(`The Redis of REDIS_URL does not answer yet: ${message}`);
  } finally {
    redis.disconnect();
  }
}

function factsIn(info: string): Map<string, string> {
  return new Map(
    info.split('\r\n').flatMap((line): [string, string][] => {
      const [name = '', value] = line.split(':');
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

/**
 * `hasCurrentSchema` asks the database of DATABASE_URL.
 * @throws {ConfigurationError} when it does not answer, or was not migrated.
 */
export async function checkDatabase(hasCurrentSchema: () => Promise<boolean>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`no answer within ${answerWithinMs} ms`)), answerWithinMs);
  const isCurrent = await Promise.race([hasCurrentSchema(), late.promise])
    .catch((cause: unknown) => {
      throw new ConfigurationError(`DATABASE_URL must name a PostgreSQL database that answers, but got: ${reasonOf(cause)}`, { cause });
    })
    .finally(() => clearTimeout(timer));
  if (!isCurrent)
    throw new ConfigurationError(
      'DATABASE_URL must name a database with the newest schema, but got one without the last migration: run `npm run migrate`',
    );
}

/**
 * The folder for files may still be missing, but it can be made.
 * @throws {ConfigurationError} when it, or what it would be made in, is no folder that can be written.
 */
export async function checkMediaFolder(place: MediaPlan['place'], isGiven: boolean): Promise<void> {
  if (place.type !== 'folder') return;
  const folder = resolve(place.folder);
  const problem = await problemOf(folder);
  if (problem === null) return;
  throw new ConfigurationError(`${isGiven ? 'MEDIA_DIR' : 'DATA_DIR'} must be a folder that can be written, but got ${folder}: ${problem}`);
}

async function problemOf(folder: string): Promise<string | null> {
  try {
    if (!(await stat(folder)).isDirectory()) return `${folder} is a file`;
    await access(folder, constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null;
    if (code === 'ENOTDIR' || code === 'ENOENT') return await problemOf(dirname(folder));
    return reasonOf(error);
  }
}

/** The variable that keeps a server from listening, in a sentence; any other error as it is. */
export function listenFailure(error: unknown, { HOST, PORT }: { HOST: string; PORT: number }): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  const wrong = (sentence: string) => new ConfigurationError(sentence, { cause: error });
  if (code === 'EADDRINUSE') return wrong(`PORT must be a free port, but another program listens on ${PORT}`);
  if (code === 'EACCES') return wrong(`PORT must be a port that this user may open, but got ${PORT}`);
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN' || code === 'EINVAL')
    return wrong(`HOST must be an address of this machine, but got ${JSON.stringify(HOST)}`);
  return error;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}
