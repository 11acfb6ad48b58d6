import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../listen.ts';

/** A request as a fake gateway sees it. */
export type Asked = {
  method: string;
  /** Without the query. */
  path: string;
  query: URLSearchParams;
  headers: Record<string, string | undefined>;
  body: unknown;
};

/** `reset`: the connection is cut without an answer. */
export type Answer = { status: number; body: unknown; headers?: Record<string, string> } | 'reset' | 'hang';

/** What a fake does in place of, or after, doing what it was asked. */
export type Fault =
  /** Answers this and does nothing. */
  | { type: 'answer'; status: number; body: unknown; headers?: Record<string, string> }
  /** Cuts the connection and does nothing. */
  | { type: 'reset' }
  /** Does it and cuts the connection: the caller cannot know. */
  | { type: 'resetAfter' }
  /** Does it and never answers. */
  | { type: 'hangAfter' };

export type GatewayServer = { url: string; close(): Promise<void> };

/** A fake gateway's HTTP side. `fault` is asked before each request; null: none. */
export async function serveGateway(handle: (asked: Asked) => Answer, fault: (asked: Asked) => Fault | null): Promise<GatewayServer> {
  const server = createServer((request, response) => {
    void respond(request, response).catch(() => response.destroy());
  });
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = await read(request);
    const wrong = fault(asked);
    if (wrong?.type === 'reset') return void response.destroy();
    if (wrong?.type === 'answer') return write(response, wrong);
    const answer = handle(asked);
    if (wrong?.type === 'resetAfter' || answer === 'reset') return void response.destroy();
    if (wrong?.type === 'hangAfter' || answer === 'hang') return;
    write(response, answer);
  };
  return listen(server);
}

async function read(request: IncomingMessage): Promise<Asked> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const url = new URL(request.url ?? '/', 'http://fake');
  const text = Buffer.concat(chunks).toString('utf8');
  return {
    method: request.method ?? 'GET',
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, value?.toString()])),
    body: text === '' ? null : (JSON.parse(text) as unknown),
  };
}

function write(response: ServerResponse, { status, body, headers }: Exclude<Answer, string>): void {
  const isBytes = Buffer.isBuffer(body);
  response.writeHead(status, { 'content-type': isBytes ? 'application/octet-stream' : 'application/json', ...headers });
  response.end(isBytes ? body : JSON.stringify(body));
}

/** Posts a webhook as a gateway would, and gives how it was answered. Status 0: not at all. */
export async function postWebhook(
  url: string,
  body: string | Buffer,
  headers: Record<string, string>,
): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(url, { method: 'POST', body, headers, redirect: 'error' });
    return { status: response.status, text: await response.text() };
  } catch {
    return { status: 0, text: '' };
  }
}
