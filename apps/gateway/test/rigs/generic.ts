import { startFakeProgram } from '@typelane/testkit';
import type { Rig } from './rig.ts';

export async function genericRig(): Promise<Rig> {
  const fake = await startFakeProgram();
  const message = ({ id, from, text, name }: { id: string; from: string; text: string; name?: string }) => ({
    event: 'messages.upsert',
    instance: { instanceId: 'whatever' },
    data: {
      keyId: id,
      keyRemoteJid: from,
      contentType: 'text',
      content: { text },
      ...(name && { pushName: name }),
      messageTimestamp: 1_790_000_000,
    },
  });
  return {
    kind: 'generic',
    host: new URL(fake.url).host,
    settings: { url: `${fake.url}/replies`, secret: fake.secret },
    contact: '5531999999999@s.whatsapp.net',
    deliverText: (url, said) => fake.deliver(url, message(said)),
    deliverBatch: (url, messages) => fake.deliver(url, messages.map(message)),
    deliverForged: (url) =>
      fake.deliver(url, message({ id: 'forged', from: '5531999999999@s.whatsapp.net', text: 'forged' }), { forged: true }),
    deliverUnknown: (url) => fake.deliver(url, { event: 'something.else' }),
    deliverStatus: (url, sent, status) =>
      fake.deliver(url, {
        event: 'messages.update',
        data: { keyId: sent.id, content: { status, ...(status === 'failed' && { reason: '131049: not delivered' }) } },
      }),
    deliverImage: (url, { id, from, caption }) =>
      fake.deliver(url, {
        event: 'messages.upsert',
        data: {
          keyId: id,
          keyRemoteJid: from,
          contentType: 'image',
          content: { caption, mimetype: 'image/jpeg', mediaUrl: `${fake.url}/a.jpg` },
        },
      }),
    sent: fake.sent,
    fault(next) {
      let attempt = 0;
      fake.fault = () => next((attempt += 1));
    },
    refusal: { answer: { type: 'answer', status: 422, body: { error: 'no such number' } }, words: 'HTTP 422' },
    tooMany: { type: 'answer', status: 429, body: {}, headers: { 'retry-after': '0' } },
    survivesLostAnswers: true,
    close: () => fake.close(),
  };
}
