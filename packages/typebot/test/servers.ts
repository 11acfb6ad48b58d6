import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import type { Egress } from '@typelane/runtime';

export type RawServer = {
  url: string;
  /** The whole requests that came, in order of their arrival. */
  requests: string[];
  /** Connections opened so far. */
  connections: number;
  /** Connections still open. */
  open: Set<net.Socket>;
  /** Bytes received on all connections. */
  received: number;
};

type Answer = (socket: net.Socket, count: number) => void;

const closers: (() => unknown)[] = [];

/** Ends everything that was opened since the last call. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0)) await close();
}

/** Bytes in our hands: `answer` is called when a request has come whole, `connected` as soon as somebody connects. */
export async function rawServer(answer: Answer, connected: (socket: net.Socket) => void = () => undefined): Promise<RawServer> {
  const seen: RawServer = { url: '', requests: [], connections: 0, open: new Set(), received: 0 };
  const server = net.createServer((socket) => {
    seen.connections += 1;
    seen.open.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => seen.open.delete(socket));
    let text = '';
    socket.on('data', (chunk) => {
      seen.received += chunk.length;
      text += chunk.toString();
      if (!isWhole(text)) return;
      seen.requests.push(text);
      text = '';
      answer(socket, seen.requests.length);
    });
    connected(socket);
  });
  seen.url = `http://127.0.0.1:${await listen(server)}`;
  closers.push(() => {
    for (const socket of seen.open) socket.destroy();
    server.close();
  });
  return seen;
}

/** Listens on a free port of 127.0.0.1 until `closeAll`. */
export async function listen(server: net.Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** An egress that allows everything, with the given agent options. */
export function anyEgress(options: https.AgentOptions = {}): Pick<Egress, 'check' | 'agents'> {
  const agents = {
    http: new http.Agent({ keepAlive: true, ...options }),
    https: new https.Agent({ keepAlive: true, ...options }),
  };
  closers.push(() => {
    agents.http.destroy();
    agents.https.destroy();
  });
  return { check: () => ({ allowed: true }), agents };
}

function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  const length = Number(/^content-length: (\d+)/im.exec(text)?.[1] ?? 0);
  return end !== -1 && Buffer.byteLength(text) >= Buffer.byteLength(text.slice(0, end)) + 4 + length;
}
