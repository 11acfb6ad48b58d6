import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './packages/testkit/src/longest-first.ts';
import { summaryReporter } from './packages/testkit/src/summary-reporter.ts';

/** Of the testkit, what speaks of the servers' addresses. */
const testkitOnServers = 'packages/testkit/src/{database,redis}*.test.ts';
const testsOf = (...folders: string[]): string[] => folders.map((folder) => `${folder}/**/*.test.ts`);

/** `core` needs no server. `system` gets one PostgreSQL and one Redis for the whole run, see packages/testkit/src/servers.ts. */
export default defineConfig({
  test: {
    reporters: ['default', summaryReporter()],
    pool: 'forks',
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    teardownTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'core',
          include: testsOf('packages/core', 'packages/typebot', 'packages/testkit', 'packages/runtime', 'packages/media'),
          exclude: [...configDefaults.exclude, testkitOnServers],
        },
      },
      {
        extends: true,
        test: {
          name: 'system',
          include: testsOf('packages/db', 'packages/client', 'packages/embedded', 'apps/*', 'scripts').concat(testkitOnServers),
          globalSetup: './packages/testkit/src/servers.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
