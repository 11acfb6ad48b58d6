import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

/**
 * Alters the worker's own source as it is loaded: how a process is made that dies at one exact place, or that has one planted bug. So the
 * product has no switch for either. Preloaded (`--import`) into a worker of its own; ALTERATIONS holds what to do, as JSON.
 *
 * An alteration that fits nowhere, or in two places, ends the process: a test of nothing must not pass.
 */
export type Alteration = {
  /** Path from the project's root. */
  file: string;
  /** Stands exactly once in the file. */
  from: string;
  to: string;
};

const root = fileURLToPath(new URL('../../../../', import.meta.url));

const alterations: Alteration[] = JSON.parse(process.env['ALTERATIONS'] ?? '[]') as Alteration[];
for (const { file, from } of alterations) {
  const places = readFileSync(`${root}${file}`, 'utf8').split(from).length - 1;
  if (places === 1) continue;
  process.stderr.write(`Expected ${JSON.stringify(from)} to stand once in ${file}, found it ${places} times\n`);
  process.exit(1);
}

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    const here = alterations.filter(({ file }) => url.endsWith(`/${file}`));
    if (here.length === 0) return loaded;
    const original = readFileSync(new URL(url), 'utf8');
    const source = here.reduce((text, { from, to }) => text.replace(from, () => to), original);
    return { ...loaded, source };
  },
});
