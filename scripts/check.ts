/** Everything that can be said of the code without running it: npm run check. Runs all, then exits 1 if one failed. */
import { spawn } from 'node:child_process';

const node = process.execPath;
const checks: [name: string, command: string, args: string[]][] = [
  ['format', 'oxfmt', ['--check']],
  ['lint', 'oxlint', ['--type-aware', '--deny-warnings']],
  ['types', 'tsc', ['-p', 'tsconfig.json']],
  ['walls', node, ['scripts/walls.ts']],
  ['dead code', 'knip', []],
  ['migrations', node, ['scripts/migrations.ts']],
  ['generated documents', node, ['scripts/generate.ts', '--check']],
  ['OpenAPI', node, ['scripts/openapi.ts']],
  ['README against the environment', node, ['scripts/readme.ts', '--check']],
];

let failed = 0;
for (const [name, command, args] of checks) {
  const startedAt = performance.now();
  const { code, output } = await run(command, args);
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
  console.log(`${code === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)`);
  if (code !== 0) console.log(output);
  failed += code === 0 ? 0 : 1;
}
process.exit(failed > 0 ? 1 : 0);

function run(command: string, args: string[]): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const path = `node_modules/.bin:${process.env['PATH']}`;
    const child = spawn(command, args, { env: { ...process.env, PATH: path }, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() }));
  });
}
