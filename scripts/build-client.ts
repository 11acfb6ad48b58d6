/**
 * Builds what is published as @typelane/client: npm run build:client [-- <folder>]. Default folder: packages/client/dist. Then
 * `npm publish packages/client/dist`.
 *
 * JavaScript and declarations for Node 20, with the contracts of core beside them, since core itself is not published.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const root = join(import.meta.dirname, '..');
const source = join(root, 'packages/client');
const target = resolve(process.argv[2] ?? join(source, 'dist'));

rmSync(target, { recursive: true, force: true });
mkdirSync(target, { recursive: true });
execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', join(source, 'tsconfig.build.json'), '--outDir', join(target, 'lib')], {
  stdio: 'inherit',
});
for (const file of globSync('lib/**/*.{js,d.ts}', { cwd: target })) replaceImports(join(target, file));
cpSync(join(source, 'README.md'), join(target, 'README.md'));
cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'));
writeFileSync(join(target, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
console.log(`Built ${relative(process.cwd(), target)}`);

/** Core's contracts by their place, and declarations as what they are named after the build. */
function replaceImports(file: string): void {
  const contracts = relative(dirname(file), join(target, 'lib/core/src/contracts.js'));
  const text = readFileSync(file, 'utf8')
    .replaceAll("'@typelane/core/contracts'", `'${contracts}'`)
    .replaceAll(/(from '\.[^']+)\.ts'/g, "$1.js'");
  writeFileSync(file, text);
}

function manifest(): object {
  const own = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Record<string, unknown> & {
    dependencies: Record<string, string>;
  };
  const { name, version, description, license, type, publishConfig, engines } = own;
  // Ranges, so that a program that uses these libraries itself gets one copy of them.
  const dependencies = Object.entries(own.dependencies).flatMap(([dependency, at]) =>
    dependency.startsWith('@typelane/') ? [] : [[dependency, `^${at}`]],
  );
  return {
    name,
    version,
    description,
    license,
    type,
    exports: { '.': { types: './lib/client/src/index.d.ts', default: './lib/client/src/index.js' } },
    files: ['lib'],
    engines,
    dependencies: Object.fromEntries(dependencies),
    sideEffects: false,
    publishConfig,
  };
}
