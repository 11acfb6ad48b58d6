import { readFile } from 'node:fs/promises';
import { WASI } from 'node:wasi';
import { valkeyHost } from './valkey-host.ts';
import type { ModuleMemory } from './valkey-host.ts';
import { innerConnection, socketTable } from './valkey-sockets.ts';
import type { Connection } from './valkey-sockets.ts';

// The types of Node alone do not describe WebAssembly; this is the part of it that is used here.
declare const WebAssembly: {
  compile(bytes: Uint8Array): Promise<object>;
  instantiate(module: object, imports: object): Promise<{ exports: object }>;
  Tag: new (type: { parameters: string[] }) => object;
};

type ModuleExports = { memory: ModuleMemory; boot: (port: number) => unknown; step: () => number };

export type ValkeyEngine = {
  /** Hands a new client to the server; false when it takes no more. */
  accept(connection: Connection): boolean;
  /** Lets the server work until it has nothing left to do. Throws when the module is broken: it cannot be used after that. */
  run(): void;
  /** Runs one command inside this thread and returns its answer: text, or the lines of a bulk answer. Throws on an error answer. */
  command(...words: string[]): string;
};

export type BootOptions = {
  wasmPath: string;
  /** The only folder the server can see; `dump.rdb` in it is loaded at boot and written by SAVE. */
  folder: string;
  logFd: number;
};

/** Boots the server. What it allocates, listens to and loads happens inside this call. */
export async function bootValkey({ wasmPath, folder, logFd }: BootOptions): Promise<ValkeyEngine> {
  const wasi = new WASI({
    version: 'preview1',
    args: ['valkey-server'],
    env: {},
    preopens: { '/': folder },
    stdout: logFd,
    stderr: logFd,
    returnOnExit: true,
  });
  let exports: ModuleExports | null = null;
  const host = valkeyHost(socketTable(), () => requireExports(exports).memory);
  const { exports: found } = await instantiate(wasmPath, wasi, host.imports);
  exports = parseExports(found);
  wasi.initialize({ exports: found });
  const { boot, step } = exports;
  // The port is only what the server believes; the real listener belongs to the thread.
  boot(6379);
  const run = (): void => {
    // One step answers what the step before has read: stopping after one leaves replies unsent until the next event.
    while (step() > 0);
  };
  const inner = innerConnection();
  host.offer(inner);
  run();
  const command = (...words: string[]): string => {
    inner.send(encodeCommand(words));
    run();
    return readAnswer(inner.takeOutput(), words);
  };
  return { accept: (connection) => host.offer(connection), run, command };
}

async function instantiate(wasmPath: string, wasi: WASI, host: object): Promise<{ exports: object }> {
  const module = await WebAssembly.compile(await readFile(wasmPath));
  return WebAssembly.instantiate(module, {
    wasi_snapshot_preview1: wasi.wasiImport,
    host,
    // Lua's error handling is built on this exception; the module wants to be given its tag.
    env: { __c_longjmp: new WebAssembly.Tag({ parameters: ['i32'] }) },
  });
}

function requireExports(exports: ModuleExports | null): ModuleExports {
  if (exports === null) throw new Error('The module called its host before it was instantiated.');
  return exports;
}

function parseExports(found: object): ModuleExports {
  const named = new Map<string, unknown>(Object.entries(found));
  const [memory, boot, step] = [named.get('memory'), named.get('rk_boot'), named.get('rk_step')];
  if (!hasBuffer(memory) || typeof boot !== 'function' || typeof step !== 'function') {
    throw new Error('This valkey.wasm has other exports than the ones this bridge was written for.');
  }
  return { memory, boot: (port) => boot(port), step: () => Number(step()) };
}

function hasBuffer(memory: unknown): memory is ModuleMemory {
  return typeof memory === 'object' && memory !== null && 'buffer' in memory && memory.buffer instanceof ArrayBuffer;
}

function encodeCommand(words: readonly string[]): Buffer {
  return Buffer.from(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`);
}

function readAnswer(answer: Buffer, words: readonly string[]): string {
  const text = answer.toString('utf8');
  const [head = '', ...rest] = text.split('\r\n');
  if (head.startsWith('+') || head.startsWith(':')) return head.slice(1);
  if (head.startsWith('$')) return rest.join('\n').trim();
  throw new Error(`The server answered ${words[0]} with ${head === '' ? 'nothing' : head}.`);
}
