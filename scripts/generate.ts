/**
 * Writes docs/contracts from the zod schemas and docs/rendering.md from the code that renders: npm run generate. With --check it writes nothing, names each file that is stale or
 * missing, and exits 1 when there is one.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contractFiles } from '@typelane/client';
import { renderingDocument } from '@typelane/core';

const docs = join(import.meta.dirname, '..', 'docs');
const files = [
  ...contractFiles().map(({ name, text }) => ({ path: `contracts/${name}`, text })),
  { path: 'rendering.md', text: renderingDocument() },
];
const [option, ...others] = process.argv.slice(2);

if (others.length > 0 || (option !== undefined && option !== '--check')) {
  console.error('Usage: npm run generate [-- --check]');
  process.exit(2);
}

const stale = files.filter(({ path, text }) => contentOf(path) !== text);
if (option === '--check') {
  for (const { path } of stale) console.error(`docs/${path} is not what the code says now: npm run generate`);
  process.exit(stale.length > 0 ? 1 : 0);
}
mkdirSync(join(docs, 'contracts'), { recursive: true });
for (const { path, text } of stale) writeFileSync(join(docs, path), text);
console.log(stale.length > 0 ? `Wrote ${stale.map(({ path }) => `docs/${path}`).join(', ')}.` : 'docs is up to date.');

function contentOf(path: string): string | null {
  try {
    return readFileSync(join(docs, path), 'utf8');
  } catch {
    return null;
  }
}
