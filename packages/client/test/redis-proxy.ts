import { createServer, connect, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export type RedisProxy = {
  url: string;
  /** Nobody can connect any more and all connections break. */
  cut(): Promise<void>;
  /** Existing connections stay open but pass nothing in either direction. New ones work. */
  silence(): void;
  restore(): Promise<void>;
};

/** A connection to Redis that a test can break. It starts open. */
export async function redisProxy(redisUrl: string): Promise<RedisProxy> {
  const target = new URL(redisUrl);
  const pairs = new Set<[Socket, Socket]>();

  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    const pair: [Socket, Socket] = [near, far];
    pairs.add(pair);
    const end = () => {
      pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of pair) socket.on('close', end).on('error', end);
    near.pipe(far);
    far.pipe(near);
  });

  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const breakAll = () => [...pairs].flat().forEach((socket) => socket.destroy());
  const cut = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      breakAll();
    });
  await listen(0);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  onTestFinished(cut);

  return {
    url: Object.assign(new URL(redisUrl), { hostname: '127.0.0.1', port: String(port) }).href,
    cut,
    silence() {
      for (const [near, far] of pairs) {
        near.unpipe(far).pause();
        far.unpipe(near).pause();
      }
    },
    async restore() {
      breakAll();
      if (!server.listening) await listen(port);
    },
  };
}
