import { fileURLToPath } from 'node:url';
import type { Alteration } from './alter.ts';

/** What a worker process is started with so that its source is altered as it is loaded. */
export function alteredEnv(alterations: readonly Alteration[]): Record<string, string> {
  if (alterations.length === 0) return {};
  const preload = fileURLToPath(new URL('alter.ts', import.meta.url));
  return { NODE_OPTIONS: `--import ${preload}`, ALTERATIONS: JSON.stringify(alterations) };
}
