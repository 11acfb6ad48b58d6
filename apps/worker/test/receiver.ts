import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** A request as received. `body`: verified by the library of Standard Webhooks; null when verification failed. */
export type Received = { path: string; headers: IncomingHttpHeaders; body: Body | null; text: string };

type Body = { type: string; timestamp: string; data: { sessionEventId: string; reason?: string | null } & Record<string, unknown> };

type Response = { status: number; headers?: Record<string, string> } | 'silence';

export type Receiver = {
  url: string;
  received: readonly Received[];
  /** Verified bodies of one path, in the order of their arrival. */
  bodies(path?: string): Body[];
  /** Requests of this path are verified with this secret. */
  trust(path: string, secret: string): void;
  /** Sets the answer from now on; default: 204. `attempt`: how many times this id has reached this path, from 1. */
  answer(respond: (request: Received, attempt: number) => Response): void;
  close(): Promise<void>;
};

/** A program that receives webhooks. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const secrets = new Map<string, string>();
  let respond: (request: Received, attempt: number) => Response = () => ({ status: 204 });

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const path = request.url ?? '';
      const text = Buffer.concat(chunks).toString();
      const came: Received = { path, headers: request.headers, text, body: verified(secrets.get(path), text, request.headers) };
      received.push(came);
      const id = request.headers['webhook-id'];
      const answer = respond(came, received.filter((each) => each.path === path && each.headers['webhook-id'] === id).length);
      if (answer !== 'silence') response.writeHead(answer.status, answer.headers).end('thanks');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bodies: Receiver['bodies'] = (path) =>
    received.flatMap((each) => (each.body && (path === undefined || each.path === path) ? [each.body] : []));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    bodies,
    trust: (path, secret) => void secrets.set(path, secret),
    answer: (next) => void (respond = next),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function verified(secret: string | undefined, text: string, headers: IncomingHttpHeaders): Body | null {
  if (secret === undefined) return null;
  try {
    return new Webhook(secret).verify(text, headers as Record<string, string>) as Body;
  } catch {
    return null;
  }
}
