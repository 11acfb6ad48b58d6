import { createServer, type IncomingMessage } from 'node:http';
import { text as bodyOf } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { z } from 'zod';

export type Gateway = {
  url: string;
  /** What arrived, in order: `<consumer>: <text>`. */
  arrived: string[];
  /** Requests with this text are not answered until the function returned is called. */
  hold: (text: string) => () => void;
};

const requestSchema = z.object({ consumer: z.string(), text: z.string() });

/** A WhatsApp gateway on the loopback that several consumer processes send to. The key id of a message is `key of <text>`. */
export async function gateway(): Promise<Gateway> {
  const arrived: string[] = [];
  const held = new Map<string, Promise<void>>();

  async function answer(request: IncomingMessage): Promise<string> {
    const { consumer, text } = requestSchema.parse(JSON.parse(await bodyOf(request)));
    arrived.push(`${consumer}: ${text}`);
    await held.get(text);
    return JSON.stringify({ keyId: `key of ${text}` });
  }

  const server = createServer((request, response) => {
    answer(request).then(
      (body) => response.end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  return {
    url: `http://127.0.0.1:${port}`,
    arrived,
    hold(text) {
      const { promise, resolve } = Promise.withResolvers<void>();
      held.set(text, promise);
      return resolve;
    },
  };
}
