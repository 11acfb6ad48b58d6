/**
 * Checks the walls between packages: npm run check. Prints each import that crosses one, and each circle of imports, and exits 1.
 *
 * apps -> { db, typebot, client, runtime, embedded, media } -> core -> { zod, libphonenumber-js }. db, typebot, runtime and media never import one another, but
 * that typebot asks through runtime's HTTP client, the only place that may import got; nothing but
 * tests and scripts imports testkit; an import from another package uses its exports and is in package.json. What testkit needs is
 * in its devDependencies, so that a production install leaves it out.
 */
import { globSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, normalize } from 'node:path';

const allowed: Record<string, string[]> = {
  core: [],
  db: ['core'],
  // For the one HTTP client, which asks the egress.
  typebot: ['core', 'runtime'],
  runtime: ['core'],
  // Published with a copy of what it imports: no more of core than the contracts.
  client: ['core/contracts'],
  embedded: [],
  media: [],
  testkit: ['client', 'core', 'db', 'embedded'],
  gateway: ['client', 'db', 'runtime'],
  api: ['client', 'core', 'db', 'gateway/kinds', 'media', 'runtime'],
  worker: ['client', 'core', 'db', 'media', 'runtime', 'typebot'],
  standalone: ['api', 'client', 'core', 'db', 'embedded', 'gateway', 'media', 'runtime', 'worker'],
};
/** core decides: it may know the libraries in its package.json, which are pure, and nothing else, not even Node. */
const bare = new Set(['core']);

const crossings = globSync('{packages,apps}/*/{src,test}/**/*.ts').flatMap((file) => {
  const [, room = ''] = file.split('/');
  const isTest = /\.test\.ts$|\/test\//.test(file);
  const declared = dependenciesOf(file.split('/').slice(0, 2).join('/'));
  return importsOf(file).flatMap((name) => {
    const problem = judge(name, room, isTest, declared);
    return problem === null ? [] : [`${file}: imports ${name}: ${problem}`];
  });
});

const circles = circlesIn(globSync(['{packages,apps}/*/src/**/*.ts', 'scripts/**/*.ts']).filter((file) => !file.endsWith('.test.ts')));

for (const problem of [...crossings, ...circles]) console.error(problem);
process.exit(crossings.length + circles.length > 0 ? 1 : 0);

/** Files that import one another in a circle, types included: nobody can read one of them first. Each circle once. */
function circlesIn(files: string[]): string[] {
  const known = new Set(files);
  const next = new Map(
    files.map((file) => [file, importsOf(file).flatMap((name) => (name.startsWith('.') ? [normalize(join(dirname(file), name))] : []))]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: string[]): void => {
    const start = path.indexOf(file);
    if (start !== -1) found.push(`${[...path.slice(start), file].join(' -> ')}: a circle`);
    if (start !== -1 || done.has(file) || !known.has(file)) return;
    for (const imported of next.get(file) ?? []) visit(imported, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  return found;
}

function judge(name: string, room: string, isTest: boolean, declared: Set<string>): string | null {
  if (name.startsWith('.')) return /(^|\/)(packages|apps)\//.test(name) ? 'another package must be imported through its exports' : null;
  if (name.startsWith('node:') || builtinModules.includes(name)) return bare.has(room) && !isTest ? 'core knows no Node' : null;
  const own = /^@typelane\/([^/]+)(\/.*)?$/.exec(name);
  if (own) {
    const [, other = '', inside] = own;
    if (inside !== undefined && !exportsOf(other).has(`.${inside}`)) return 'another package must be imported through its exports';
    if (isTest) return null;
    if (!allowed[room]?.includes(`${other}${inside ?? ''}`)) return 'there is a wall between them';
    return declared.has(`@typelane/${other}`) ? null : 'not in its package.json';
  }
  const dependency = name.startsWith('@') ? name.split('/').slice(0, 2).join('/') : (name.split('/')[0] ?? '');
  if (dependency === 'got' && room !== 'runtime') return "requests go out through runtime's HTTP client, which asks the egress";
  return isTest || declared.has(dependency) ? null : 'not in its package.json';
}

function importsOf(file: string): string[] {
  const text = readFileSync(file, 'utf8');
  return [
    ...text.matchAll(
      /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s+['"]([^'"]+)['"]|^\s*import\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/gm,
    ),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

function exportsOf(other: string): Set<string> {
  const file = globSync(`{packages,apps}/${other}/package.json`)[0];
  return new Set(file === undefined ? [] : Object.keys((JSON.parse(readFileSync(file, 'utf8')) as { exports: object }).exports));
}

function dependenciesOf(folder: string): Set<string> {
  const manifest = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as Record<string, object | undefined>;
  const kinds = ['dependencies', 'optionalDependencies', ...(folder === 'packages/testkit' ? ['devDependencies'] : [])];
  return new Set(kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {})));
}
