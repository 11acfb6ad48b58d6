import { rm } from 'node:fs/promises';
import { startPostgres, startRedis, temporaryDataDir } from '@typelane/embedded';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** A PostgreSQL account that may create databases. Tests make their own; they do not write into this one. */
    databaseUrl: string;
    redisUrl: string;
  }
}

/**
 * Starts one PostgreSQL and one Redis for the whole run, or takes those of DATABASE_URL and REDIS_URL, and gives their addresses to
 * the tests (`inject('databaseUrl')`). Returns the function that stops what was started; it has already run when this throws.
 */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cleanups: Array<() => Promise<void>> = [];
  const cleanUp = async (): Promise<void> => {
    const results = [];
    for (let next = cleanups.pop(); next !== undefined; next = cleanups.pop()) results.push(...(await Promise.allSettled([next()])));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw new Error('A test server could not be stopped.', { cause: failed.reason });
  };
  try {
    const dataDir = await temporaryDataDir('typelane-test-');
    cleanups.push(() => rm(dataDir, { recursive: true, force: true }));
    project.provide('databaseUrl', process.env['DATABASE_URL'] ?? (await testPostgres(dataDir, cleanups)));
    project.provide('redisUrl', process.env['REDIS_URL'] ?? (await testRedis(dataDir, cleanups)));
  } catch (thrown) {
    await cleanUp();
    throw thrown;
  }
  return cleanUp;
}

async function testPostgres(dataDir: string, cleanups: Array<() => Promise<void>>): Promise<string> {
  const server = await startPostgres({ dataDir, durable: false, onExit: reportLoss });
  // Elsewhere than in the data folder when the temporary folder itself is out of reach for that account.
  cleanups.push(
    () => rm(server.folder, { recursive: true, force: true }),
    () => server.stop(),
  );
  return server.url;
}

async function testRedis(dataDir: string, cleanups: Array<() => Promise<void>>): Promise<string> {
  const server = await startRedis({ dataDir, durable: false, onExit: reportLoss });
  cleanups.push(() => server.stop());
  return server.url;
}

function reportLoss(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
