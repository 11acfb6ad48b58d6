import type { Connection, SocketTable } from './valkey-sockets.ts';

const readable = 1;
const writable = 2;
const pairBytes = 8;

export type ModuleMemory = { readonly buffer: ArrayBuffer };

export type Host = {
  /** The functions the module imports under the name `host`. */
  imports: Record<string, (...args: number[]) => number>;
  /** Puts a new client where the module's next accept finds it. False when there is no descriptor left. */
  offer(connection: Connection): boolean;
};

/**
 * The module's network: sockets and the poll of its event loop, on top of Connections. Pointers come as signed numbers and mean
 * unsigned ones. Read: bytes, 0 at the end, -1 for none yet. Write: bytes taken, 0 for no room, -1 for a client that is gone.
 */
export function valkeyHost(sockets: SocketTable, memory: () => ModuleMemory): Host {
  const waiting: number[] = [];
  let listener = -1;
  const bytesAt = memoryView((buffer) => new Uint8Array(buffer), memory);
  const wordsAt = memoryView((buffer) => new DataView(buffer), memory);

  const readiness = (fd: number): number => {
    if (fd === listener) return waiting.length > 0 ? readable : 0;
    const connection = sockets.get(fd);
    if (connection === undefined) return 0;
    const canRead = connection.hasInput() || connection.hasEnded();
    return (canRead ? readable : 0) | (connection.hasRoom() || connection.isBroken() ? writable : 0);
  };

  const imports: Host['imports'] = {
    socket: () => sockets.reserve(),
    listen: (fd = -1) => {
      listener = fd;
      return 0;
    },
    accept: () => waiting.shift() ?? -1,
    read: (fd = -1, pointer = 0, length = 0) => {
      const connection = sockets.get(fd);
      if (connection === undefined) return -1;
      if (!connection.hasInput()) return connection.hasEnded() ? 0 : -1;
      return connection.read(bytesAt().subarray(pointer >>> 0, (pointer >>> 0) + length));
    },
    write: (fd = -1, pointer = 0, length = 0) => {
      const connection = sockets.get(fd);
      if (connection === undefined || connection.isBroken()) return -1;
      return connection.write(bytesAt().subarray(pointer >>> 0, (pointer >>> 0) + length));
    },
    close: (fd = -1) => {
      sockets.remove(fd)?.close();
      return 0;
    },
    poll: (interest = 0, count = 0, fired = 0, max = 0) => {
      const words = wordsAt();
      let found = 0;
      for (let at = interest >>> 0, end = at + count * pairBytes; at < end && found < max; at += pairBytes) {
        const fd = words.getInt32(at, true);
        const ready = readiness(fd) & words.getInt32(at + 4, true);
        if (ready === 0) continue;
        const target = (fired >>> 0) + found * pairBytes;
        words.setInt32(target, fd, true);
        words.setInt32(target + 4, ready, true);
        found += 1;
      }
      return found;
    },
  };

  const offer = (connection: Connection): boolean => {
    const fd = sockets.add(connection);
    if (fd !== null) waiting.push(fd);
    return fd !== null;
  };
  return { imports, offer };
}

/** A view that is made anew when the module's memory has grown, which detaches the old buffer. */
function memoryView<View extends { buffer: ArrayBufferLike }>(make: (buffer: ArrayBuffer) => View, memory: () => ModuleMemory): () => View {
  let view: View | null = null;
  return () => {
    const { buffer } = memory();
    if (view === null || view.buffer !== buffer) view = make(buffer);
    return view;
  };
}
