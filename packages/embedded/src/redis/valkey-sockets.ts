import type { Socket } from 'node:net';

/** Below it are the descriptors of the module's own files. Part of the binary's interface. */
const firstFd = 4096;
/** The module's event table ends at 10,128; descriptors beyond it would be refused, so they are never handed out. */
const lastFd = 10_100;
/** How much of a reply may wait in this process for a client that reads slowly before the module is told to wait. */
const writeHighWaterBytes = 1_048_576;

/** What the module sees of one client: bytes that came in, room to write, and whether the client is still there. */
export type Connection = {
  read(into: Uint8Array): number;
  write(bytes: Uint8Array): number;
  hasInput(): boolean;
  hasRoom(): boolean;
  hasEnded(): boolean;
  isBroken(): boolean;
  close(): void;
};

export type SocketTable = {
  /** A free descriptor without a connection, for a listener. */
  reserve(): number;
  add(connection: Connection): number | null;
  get(fd: number): Connection | undefined;
  remove(fd: number): Connection | undefined;
};

/** Descriptors are used again as soon as they are free: the module can count no further than its event table. */
export function socketTable(): SocketTable {
  const connections = new Map<number, Connection>();
  const free: number[] = [];
  let next = firstFd;
  const take = (): number | null => free.pop() ?? (next <= lastFd ? next++ : null);
  return {
    reserve: () => take() ?? -1,
    add: (connection) => {
      const fd = take();
      if (fd !== null) connections.set(fd, connection);
      return fd;
    },
    get: (fd) => connections.get(fd),
    remove: (fd) => {
      const connection = connections.get(fd);
      if (connections.delete(fd)) free.push(fd);
      return connection;
    },
  };
}

/** A TCP client. `onChange` is called whenever the module has something to do for it. */
export function tcpConnection(socket: Socket, onChange: () => void): Connection {
  const input = byteQueue();
  let hasEnded = false;
  let isBroken = false;
  socket.on('data', (chunk: Buffer) => {
    input.push(chunk);
    onChange();
  });
  socket.on('end', () => {
    hasEnded = true;
    onChange();
  });
  socket.on('error', () => (isBroken = true));
  socket.on('close', () => {
    hasEnded = true;
    isBroken = true;
    onChange();
  });
  socket.on('drain', onChange);
  return {
    read: (into) => input.read(into),
    write: (bytes) => {
      if (socket.writableLength >= writeHighWaterBytes) return 0;
      // The bytes are the module's memory and will be written over before the socket sends them.
      socket.write(Buffer.from(bytes));
      return bytes.length;
    },
    hasInput: () => !input.isEmpty(),
    hasRoom: () => socket.writableLength < writeHighWaterBytes,
    hasEnded: () => hasEnded,
    isBroken: () => isBroken,
    // What was written still goes out: a client that sends QUIT waits for its answer.
    close: () => socket.destroySoon(),
  };
}

export type InnerConnection = Connection & { send(bytes: Buffer): void; takeOutput(): Buffer };

/** A client inside this thread: what `send` gets is its input, what the module answers is kept for `takeOutput`. */
export function innerConnection(): InnerConnection {
  const input = byteQueue();
  let output: Buffer[] = [];
  return {
    read: (into) => input.read(into),
    write: (bytes) => {
      output.push(Buffer.from(bytes));
      return bytes.length;
    },
    hasInput: () => !input.isEmpty(),
    hasRoom: () => true,
    hasEnded: () => false,
    isBroken: () => false,
    close: () => undefined,
    send: (bytes) => input.push(bytes),
    takeOutput: () => {
      const all = Buffer.concat(output);
      output = [];
      return all;
    },
  };
}

function byteQueue(): { push(chunk: Buffer): void; read(into: Uint8Array): number; isEmpty(): boolean } {
  const chunks: Buffer[] = [];
  let offset = 0;
  return {
    push: (chunk) => void chunks.push(chunk),
    isEmpty: () => chunks.length === 0,
    read: (into) => {
      let filled = 0;
      for (let head = chunks[0]; head !== undefined && filled < into.length; head = chunks[0]) {
        const part = head.subarray(offset, offset + into.length - filled);
        into.set(part, filled);
        filled += part.length;
        offset += part.length;
        if (offset < head.length) break;
        chunks.shift();
        offset = 0;
      }
      return filled;
    },
  };
}
