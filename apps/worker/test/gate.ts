import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** An address that can be closed and opened again. While it is closed, connections are refused. */
export type Gate = {
  url: string;
  open(): Promise<void>;
  close(): Promise<void>;
  /** From now on requests pass and their answers do not, until they are released. */
  holdAnswers(): void;
  releaseAnswers(): void;
};

/** A gate in front of `target`, open. */
export async function createGate(target: string): Promise<Gate> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const pairs = new Map<Socket, Socket>();
  let server: Server | null = null;
  let areHeld = false;

  const pass = (inner: Socket): void => {
    const outer = connect(Number(port), hostname);
    pairs.set(outer, inner);
    for (const socket of [inner, outer]) {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        pairs.delete(outer);
        inner.destroy();
        outer.destroy();
      });
    }
    inner.pipe(outer);
    if (!areHeld) outer.pipe(inner);
  };
  const open = async (at: number): Promise<number> => {
    const opened = createServer(pass);
    server = opened;
    await new Promise<void>((resolve, reject) => opened.once('error', reject).listen(at, '127.0.0.1', resolve));
    return (opened.address() as AddressInfo).port;
  };
  const own = await open(0);
  return {
    url: `http://127.0.0.1:${own}`,
    open: async () => void (await open(own)),
    holdAnswers() {
      areHeld = true;
      for (const [outer, inner] of pairs) outer.unpipe(inner);
    },
    releaseAnswers() {
      areHeld = false;
      for (const [outer, inner] of pairs) outer.pipe(inner);
    },
    async close() {
      const closing = server;
      server = null;
      const closed = new Promise<void>((resolve) => (closing ? closing.close(() => resolve()) : resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
