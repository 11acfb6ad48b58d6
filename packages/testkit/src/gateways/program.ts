import { Webhook } from 'standardwebhooks';
import { type Asked, type Answer, type Fault, postWebhook, serveGateway } from './http.ts';
import type { SentMessage } from './sent.ts';

export type FakeProgram = {
  url: string;
  secret: string;
  sent: SentMessage[];
  fault: (asked: Asked) => Fault | null;
  deliver(url: string, event: unknown, how?: { forged?: boolean; at?: Date }): Promise<number>;
  close(): Promise<void>;
};

/** Somebody's own program behind the kind `generic`: checks signatures and deduplicates by `webhook-id`, as its guide says. */
export async function startFakeProgram(): Promise<FakeProgram> {
  const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
  const fake: FakeProgram = {
    url: '',
    secret,
    sent: [],
    fault: () => null,
    async deliver(url, event, { forged = false, at = new Date() } = {}) {
      const raw = JSON.stringify(event);
      const signer = new Webhook(forged ? `whsec_${Buffer.alloc(24, 8).toString('base64')}` : secret);
      const headers = {
        'content-type': 'application/json',
        'webhook-id': 'delivery-1',
        'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
        'webhook-signature': signer.sign('delivery-1', at, raw),
      };
      return (await postWebhook(url, raw, headers)).status;
    },
    close: () => server.close(),
  };
  const known = new Map<string, string>();
  const server = await serveGateway(
    (asked) => take(asked, fake, known),
    (asked) => fake.fault(asked),
  );
  fake.url = server.url;
  return fake;
}

function take({ headers, body }: Asked, fake: FakeProgram, known: Map<string, string>): Answer {
  try {
    const plain = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value ?? '']));
    new Webhook(fake.secret).verify(JSON.stringify(body), plain);
  } catch {
    return { status: 401, body: { error: 'bad signature' } };
  }
  const { type, to = '', message } = body as { type: string; to?: string; message?: { id: string; type: string; text?: string } };
  if (type !== 'message' || !message) return { status: 204, body: null };
  const id = headers['webhook-id'] ?? '';
  const keyId = known.get(id) ?? `3EB0${known.size.toString(16).padStart(16, '0')}`;
  if (!known.has(id))
    fake.sent.push({ id: keyId, to, type: message.type, text: message.text ?? '', body: body as Record<string, unknown> });
  known.set(id, keyId);
  return { status: 200, body: { keyId } };
}
