import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A network connection between two programs that a test can break. It starts open. */
export type TcpProxy = {
  /** `url` with the proxy's address instead of the server's. */
  through(url: string): string;
  /** All connections break, and nobody can connect until `restore`. */
  cut(): Promise<void>;
  /** All connections break; new ones work. */
  breakAll(): void;
  /** Existing connections stay open but pass nothing. New ones work. */
  silence(): void;
  /** Nothing passes, even on new connections, until the returned function is called: bytes wait and arrive then. */
  pause(): () => void;
  /** Delays every chunk by this many milliseconds; 0: no delay. */
  delay(ms: number): void;
  /**
   * Breaks the connection on which `pattern` passes next. `before`: the chunk that contains it does not arrive. `after`: it arrives, and no
   * answer comes back. Resolves when it has happened.
   */
  cutOn(pattern: string, when: 'before' | 'after', direction?: 'toServer' | 'toClient'): Promise<void>;
  restore(): Promise<void>;
  /** Changes the server's address. New connections go there. */
  retarget(port: number): void;
  close(): Promise<void>;
};

type Direction = 'toServer' | 'toClient';
type Trap = { pattern: string; when: 'before' | 'after'; direction: Direction; sprung: () => void };
type Pair = { near: Socket; far: Socket; end: () => void };

/** The current faults of the network. */
type Weather = { traps: Trap[]; delayMs: number; gate: PromiseWithResolvers<void> | null };

export async function startTcpProxy(target: { port: number; host?: string }): Promise<TcpProxy> {
  const pairs = new Set<Pair>();
  const weather: Weather = { traps: [], delayMs: 0, gate: null };
  let targetPort = target.port;

  const server = createServer((near) => {
    const far = connect(targetPort, target.host ?? '127.0.0.1');
    const end = (): void => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    const pair: Pair = { near, far, end };
    pairs.add(pair);
    for (const socket of [near, far]) socket.on('error', end).on('close', end);
    carry(pair, 'toServer', weather);
    carry(pair, 'toClient', weather);
  });

  const listenOn = (place: number) => new Promise<void>((resolve) => server.listen(place, '127.0.0.1', resolve));
  const breakAll = (): void => [...pairs].forEach(({ end }) => end());
  const cut = () =>
    new Promise<void>((resolve) => {
      if (!server.listening) return resolve();
      server.close(() => resolve());
      breakAll();
    });
  const open = (): void => {
    weather.gate?.resolve();
    weather.gate = null;
  };
  await listenOn(0);
  const { port } = server.address() as AddressInfo;

  return {
    through: (url) => Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(port) }).href,
    cut,
    breakAll,
    silence: () => [...pairs].forEach(({ near, far }) => [near, far].forEach((socket) => socket.removeAllListeners('data').pause())),
    pause: () => {
      weather.gate ??= Promise.withResolvers();
      return open;
    },
    delay: (ms) => void (weather.delayMs = ms),
    cutOn: (pattern, when, direction = 'toServer') =>
      new Promise((resolve) => void weather.traps.push({ pattern, when, direction, sprung: resolve })),
    async restore() {
      open();
      weather.delayMs = 0;
      breakAll();
      if (!server.listening) await listenOn(port);
    },
    retarget: (place) => void (targetPort = place),
    async close() {
      open();
      await cut();
    },
  };
}

/** One direction of a connection, chunk by chunk and in order. */
function carry(pair: Pair, direction: Direction, weather: Weather): void {
  const [from, to] = direction === 'toServer' ? [pair.near, pair.far] : [pair.far, pair.near];
  let line = Promise.resolve();
  from.on('data', (piece: Buffer) => {
    line = line.then(async () => {
      if (weather.delayMs > 0) await sleep(weather.delayMs);
      await weather.gate?.promise;
      pass(pair, direction, piece, weather.traps);
    });
  });
  from.on('end', () => void line.then(() => to.end()));
}

function pass(pair: Pair, direction: Direction, piece: Buffer, traps: Trap[]): void {
  const to = direction === 'toServer' ? pair.far : pair.near;
  const index = traps.findIndex((trap) => trap.direction === direction && piece.includes(trap.pattern));
  const [trap] = index < 0 ? [] : traps.splice(index, 1);
  if (trap?.when === 'before') pair.end();
  else if (!to.destroyed) to.write(piece, () => trap && hush(pair));
  trap?.sprung();
}

/** The server processes what it received; the client gets no answer. */
function hush({ near, far }: Pair): void {
  far.removeAllListeners('data').resume();
  near.destroy();
  // The server's answer is discarded when it arrives, and only then is its side closed.
  far.once('data', () => far.destroy());
  far.once('end', () => far.destroy());
}
