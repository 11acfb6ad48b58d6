import { startFakeCloudApi } from '@typelane/testkit';
import type { Rig } from './rig.ts';

export async function cloudApiRig(): Promise<Rig> {
  const fake = await startFakeCloudApi();
  const digits = (jid: string): string => jid.split('@')[0] ?? '';
  const message = ({ id, from, text }: { id: string; from: string; text: string }) => ({
    from: digits(from),
    id,
    timestamp: '1790000000',
    type: 'text',
    text: { body: text },
  });
  return {
    kind: 'cloud-api',
    host: new URL(fake.url).host,
    settings: {
      phoneNumberId: fake.phoneNumberId,
      accessToken: fake.accessToken,
      appSecret: fake.appSecret,
      verifyToken: fake.verifyToken,
      wabaId: '102290129340398',
      baseURL: fake.url,
    },
    contact: '5531999999999@s.whatsapp.net',
    deliverText: (url, { name, ...said }) =>
      fake.deliver(url, { contacts: [{ profile: { name }, wa_id: digits(said.from) }], messages: [message(said)] }),
    deliverBatch: (url, messages) => fake.deliver(url, ...messages.map((said) => ({ messages: [message(said)] }))),
    async deliverForged(url) {
      const { appSecret } = fake;
      fake.appSecret = 'another-secret';
      const status = await fake.deliver(url, { messages: [message({ id: 'wamid.forged', from: '5531999999999', text: 'forged' })] });
      fake.appSecret = appSecret;
      return status;
    },
    deliverUnknown: (url) => fake.deliver(url, { messages: [], surprises: [1] }),
    deliverStatus: (url, sent, status) =>
      fake.deliver(url, {
        statuses: [
          {
            id: sent.id,
            status,
            timestamp: '1790000002',
            recipient_id: sent.to,
            biz_opaque_callback_data: sent.body['biz_opaque_callback_data'],
            ...(status === 'failed' && {
              errors: [{ code: 131_049, title: 'Not delivered', error_data: { details: 'healthy ecosystem' } }],
            }),
          },
        ],
      }),
    deliverImage(url, { id, from, caption }, bytes) {
      const image = { id: fake.hold(bytes, 'image/jpeg'), mime_type: 'image/jpeg', sha256: 'x', caption };
      return fake.deliver(url, { messages: [{ from: digits(from), id, timestamp: '1790000000', type: 'image', image }] });
    },
    sent: fake.sent,
    fault(next) {
      let attempt = 0;
      // Marking as read is no send.
      fake.fault = ({ body }) => ((body as { status?: string }).status === 'read' ? null : next((attempt += 1)));
    },
    refusal: {
      answer: { type: 'answer', status: 400, body: { error: { message: 'undeliverable', code: 131_026, type: 'OAuthException' } } },
      words: '131026',
    },
    tooMany: { type: 'answer', status: 400, body: { error: { message: 'Rate limit hit', code: 130_429, type: 'OAuthException' } } },
    // The answer is lost; a status with our id comes, or the message is made again: the documented residue.
    survivesLostAnswers: false,
    close: () => fake.close(),
  };
}
