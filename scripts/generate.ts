/**
 * Writes the documents that are made of the code: npm run generate. With --check it writes nothing, names each one that is stale or
 * missing, and exits 1 when there is one.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { apiDocument } from '@typelane/api';
import { contractFiles } from '@typelane/client/contracts-document';
import { renderingDocument } from '@typelane/core';
import { settingsDocument } from './generate/settings-document.ts';

/** Paths are from the root. The same code gives the same text, to the byte. */
const documents: { path: string; text: string }[] = [
  ...contractFiles().map(({ name, text }) => ({ path: `docs/contracts/${name}`, text })),
  { path: 'docs/contracts/openapi.json', text: `${JSON.stringify(await apiDocument(), null, 2)}\n` },
  { path: 'docs/rendering.md', text: renderingDocument() },
  { path: 'docs/settings.md', text: settingsDocument() },
];

const root = join(import.meta.dirname, '..');
const [option, ...others] = process.argv.slice(2);

if (others.length > 0 || (option !== undefined && option !== '--check')) {
  console.error('Usage: npm run generate [-- --check]');
  process.exit(2);
}

const stale = documents.filter(({ path, text }) => contentOf(path) !== text);
if (option === '--check') {
  for (const { path } of stale) console.error(`${path} is not what the code says now: npm run generate`);
  process.exit(stale.length > 0 ? 1 : 0);
}
for (const { path, text } of stale) {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
console.log(stale.length > 0 ? `Wrote ${stale.map(({ path }) => path).join(', ')}.` : 'The documents are up to date.');

function contentOf(path: string): string | null {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return null;
  }
}
