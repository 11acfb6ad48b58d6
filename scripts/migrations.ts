/** Fails when the schema and the migrations in drizzle/ have drifted apart: generating must add nothing. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const copy = mkdtempSync(join(tmpdir(), 'typelane-migrations-'));
try {
  cpSync('drizzle', copy, { recursive: true });
  const before = readdirSync(copy).length;
  // drizzle-kit takes an absolute path for one below this folder.
  const args = [
    'generate',
    '--dialect',
    'postgresql',
    '--schema',
    './packages/db/src/schema/index.ts',
    '--out',
    relative(process.cwd(), copy),
  ];
  const output = execFileSync('node_modules/.bin/drizzle-kit', args, { encoding: 'utf8' });
  if (readdirSync(copy).length !== before) {
    console.error(`The schema has changes without a migration: run npx drizzle-kit generate\n${output}`);
    process.exitCode = 1;
  }
} finally {
  rmSync(copy, { recursive: true });
}
