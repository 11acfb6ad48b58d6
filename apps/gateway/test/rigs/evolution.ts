import { startFakeEvolution } from '@typelane/testkit';
import type { Rig } from './rig.ts';

export async function evolutionRig(): Promise<Rig> {
  const fake = await startFakeEvolution();
  fake.webhook = { url: '', events: [], enabled: true, base64: false, headers: { 'X-Typelane-Token': 'agreed-token' } };
  const data = ({ id, from }: { id: string; from: string }, message: object, messageType: string) => ({
    key: { remoteJid: from, remoteJidAlt: from, fromMe: false, id, participant: '', addressingMode: 'lid' },
    pushName: 'Ana',
    status: 'DELIVERY_ACK',
    message: { ...message, messageContextInfo: { deviceListMetadata: {}, deviceListMetadataVersion: 2 } },
    contextInfo: null,
    messageType,
    messageTimestamp: 1_790_000_000,
    instanceId: '6f0f1d9e-0000-4000-8000-000000000000',
    source: 'android',
  });
  const text = (said: { id: string; from: string; text: string }) => data(said, { conversation: said.text }, 'conversation');
  return {
    kind: 'evolution',
    host: new URL(fake.url).host,
    settings: { baseURL: fake.url, instanceName: fake.instanceName, apikey: fake.apikey, webhookSecret: 'agreed-token' },
    contact: '5531999999999@s.whatsapp.net',
    deliverText: (url, said) => fake.deliver(url, 'messages.upsert', text(said)),
    deliverBatch: null,
    async deliverForged(url) {
      const { webhook } = fake;
      fake.webhook = null;
      const status = await fake.deliver(url, 'messages.upsert', text({ id: 'x', from: '5531999999999@s.whatsapp.net', text: 'forged' }));
      fake.webhook = webhook;
      return status;
    },
    deliverUnknown: (url) => fake.deliver(url, 'labels.association', {}),
    deliverStatus: (url, sent, status) =>
      fake.deliver(url, 'messages.update', {
        keyId: sent.id,
        remoteJid: '123@lid',
        fromMe: true,
        status: status === 'failed' ? 'ERROR' : 'DELIVERY_ACK',
      }),
    deliverImage(url, { id, from, caption }, bytes) {
      fake.hold(id, bytes, 'image/jpeg');
      const imageMessage = {
        url: 'https://mmg.whatsapp.net/v/x.enc',
        mimetype: 'image/jpeg',
        caption,
        fileLength: { low: 162_894, high: 0, unsigned: true },
        mediaKey: { 0: 1, 1: 2 },
        jpegThumbnail: { 0: 255 },
      };
      return fake.deliver(url, 'messages.upsert', data({ id, from }, { imageMessage }, 'imageMessage'));
    },
    sent: fake.sent,
    fault(next) {
      let attempt = 0;
      fake.fault = () => next((attempt += 1));
    },
    refusal: {
      answer: {
        type: 'answer',
        status: 400,
        body: { status: 400, error: 'Bad Request', response: { message: [{ jid: 'x', exists: false, number: 'x' }] } },
      },
      words: 'not on WhatsApp',
    },
    tooMany: { type: 'answer', status: 429, body: {} },
    survivesLostAnswers: true,
    close: () => fake.close(),
  };
}
