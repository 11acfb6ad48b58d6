/**
 * A Typebot that echoes each message and records whether each session was called in order. Started by the benchmark. LATENCY_MS: before it
 * answers. MUTE=true: it never does.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const latencyMs = Number(process.env['LATENCY_MS'] ?? 0);
const isMute = process.env['MUTE'] === 'true';

const lastOf = new Map<string, number>();
let outOfOrder = 0;
let atOnce = 0;
let sessions = 0;
const busy = new Set<string>();
let underWay = 0;

const server = createServer((request, response) => {
  const url = request.url ?? '';
  const chunks: Buffer[] = [];
  const sessionId = /sessions\/([^/]+)\//.exec(url)?.[1];
  if (sessionId !== undefined) {
    if (busy.has(sessionId)) atOnce += 1;
    busy.add(sessionId);
  }
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (url === '/stats') return void response.end(JSON.stringify({ outOfOrder, atOnce, busy: underWay }));
    underWay += 1;
    response.once('close', () => (underWay -= 1));
    if (isMute) return;
    const { message } = JSON.parse(Buffer.concat(chunks).toString() || '{}') as { message?: string };
    if (sessionId === undefined) {
      sessions += 1;
      return answer({
        sessionId: `s${sessions}`,
        typebot: { id: 'echo', version: '6.1', settings: { typingEmulation: { enabled: false } } },
        ...says('0'),
      });
    }
    const n = Number(message);
    if (n <= (lastOf.get(sessionId) ?? 0)) outOfOrder += 1;
    lastOf.set(sessionId, n);
    answer(says(String(message)));
    busy.delete(sessionId);
  });
  const answer = (body: unknown) => {
    const text = JSON.stringify(body);
    const send = () => response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }).end(text);
    if (latencyMs > 0) setTimeout(send, latencyMs);
    else send();
  };
});

function says(text: string) {
  const richText = [{ type: 'p', children: [{ text }] }];
  return {
    messages: [{ id: 'b1', type: 'text', content: { type: 'richText', richText } }],
    input: { id: 'i1', type: 'text input', options: { labels: { placeholder: 'Type your answer...' } } },
    clientSideActions: [],
    logs: [],
  };
}

server.listen(0, '127.0.0.1', () => console.log(`ready ${(server.address() as AddressInfo).port}`));
