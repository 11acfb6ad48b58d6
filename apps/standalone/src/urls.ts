/**
 * Prints where a running npm start is reached: npm run --silent urls. Options: --json, or the name of one value, such as `redisUrl`.
 * Exit codes: 0 done, 1 nothing runs on DATA_DIR, 2 wrong usage or configuration.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ConfigurationError, readEnv } from '@typelane/runtime';
import { readRunFile, type RunFile } from './run-file.ts';

const labels: Record<keyof RunFile, string> = {
  apiUrl: 'API',
  gatewayUrl: 'Gateway',
  redisUrl: 'Redis',
  databaseUrl: 'PostgreSQL',
  queuePrefix: 'Queue prefix',
  demoTypebotUrl: 'Demo Typebot',
  operatorToken: 'Operator token',
  pid: 'Process',
};
const usageText = `Usage: npm run --silent urls [-- --json | -- <${Object.keys(labels).join('|')}>]`;

try {
  const { json, name } = usage();
  const dataDir = resolve(readEnv(['DATA_DIR']).DATA_DIR);
  const run = await readRunFile(dataDir);
  if (run === null) {
    process.stderr.write(`No npm start runs on ${dataDir}. Run npm start first, or set DATA_DIR to its folder.\n`);
    process.exitCode = 1;
  } else process.stdout.write(`${json ? JSON.stringify(run) : name === null ? table(run) : String(run[name])}\n`);
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}

function table(run: RunFile): string {
  return (Object.keys(labels) as (keyof RunFile)[]).map((name) => `${labels[name].padEnd(16)}${run[name]}`).join('\n');
}

function usage(): { json: boolean; name: keyof RunFile | null } {
  const { json, names } = argumentsOf();
  const [name = null, ...others] = names;
  if (others.length > 0 || (name !== null && (json || !isName(name)))) throw new ConfigurationError(usageText);
  return { json, name: name !== null && isName(name) ? name : null };
}

function argumentsOf(): { json: boolean; names: string[] } {
  try {
    const { values, positionals } = parseArgs({ options: { json: { type: 'boolean', default: false } }, allowPositionals: true });
    return { json: values.json, names: positionals };
  } catch (cause) {
    throw new ConfigurationError(usageText, { cause });
  }
}

function isName(text: string): text is keyof RunFile {
  return Object.hasOwn(labels, text);
}
