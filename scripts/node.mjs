// node scripts/node.mjs <file> [args...]
//
// Runs a file with a Node that reads TypeScript, whichever Node was found first: in this process when it is new enough, else with the
// one that npm installed beside us. Plain JavaScript, because an old Node has to read it. import.meta.main is false in the file when
// it runs in this process; process.argv looks the same in both cases.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const usageError = 2;
const packagedPlatforms = ['linux-x64', 'linux-arm64'];
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [target, ...args] = process.argv.slice(2);

if (target === undefined) fail('Usage: node scripts/node.mjs <file> [args...]');
const file = resolve(target);
if (!existsSync(file)) fail(`There is no file ${file}.`);

if (readsTypeScript(process.versions.node)) await runHere();
else runWith(packagedNode());

/** From 22.18 on, and 23.6 on in the 23 line, Node runs .ts files without a flag. */
function readsTypeScript(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major === 22) return minor >= 18;
  if (major === 23) return minor >= 6;
  return major >= 24;
}

async function runHere() {
  process.argv = [process.execPath, file, ...args];
  await import(pathToFileURL(file).href);
}

function packagedNode() {
  const platform = `${process.platform}-${process.arch}`;
  const binary = resolve(root, 'node_modules', `node-${platform}`, 'bin', 'node');
  if (existsSync(binary)) return binary;
  const found = `This is Node ${process.versions.node}, and Typelane needs 22.18 or later (24 recommended).`;
  if (!packagedPlatforms.includes(platform))
    fail(`${found} npm brings one for ${packagedPlatforms.join(' and ')}, but not for ${platform}: install Node 24.`);
  return fail(
    `${found} The one that npm should have installed is not in node_modules/node-${platform}: run "npm install" again without --omit=optional, or install Node 24.`,
  );
}

function runWith(binary) {
  const child = spawn(binary, [...process.execArgv, file, ...args], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      // A terminal gives Ctrl-C to every process in front of it: passing it on would make the child count two.
      const fromTerminal = signal !== 'SIGTERM' && process.stdin.isTTY;
      if (!fromTerminal) child.kill(signal);
    });
  }
  child.on('error', (error) => fail(`${binary} cannot be run: ${error.message}`));
  child.on('exit', (code, signal) => process.exit(signal === null ? code : 128 + constants.signals[signal]));
}

function fail(sentence) {
  console.error(sentence);
  process.exit(usageError);
}
