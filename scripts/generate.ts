/**
 * Writes docs/contracts from the zod schemas: npm run generate. With --check it writes nothing, names each file that is stale or
 * missing, and exits 1 when there is one.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contractFiles } from '@typelane/client';

const folder = join(import.meta.dirname, '..', 'docs', 'contracts');
const [option, ...others] = process.argv.slice(2);

if (others.length > 0 || (option !== undefined && option !== '--check')) {
  console.error('Usage: npm run generate [-- --check]');
  process.exit(2);
}

const stale = contractFiles().filter(({ name, text }) => contentOf(name) !== text);
if (option === '--check') {
  for (const { name } of stale) console.error(`docs/contracts/${name} is not what the contracts say now: npm run generate`);
  process.exit(stale.length > 0 ? 1 : 0);
}
mkdirSync(folder, { recursive: true });
for (const { name, text } of stale) writeFileSync(join(folder, name), text);
console.log(stale.length > 0 ? `Wrote ${stale.map(({ name }) => name).join(', ')}.` : 'docs/contracts is up to date.');

function contentOf(name: string): string | null {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch {
    return null;
  }
}
