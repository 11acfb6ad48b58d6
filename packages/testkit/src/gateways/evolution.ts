import { randomBytes } from 'node:crypto';
import { type Answer, type Asked, type Fault, postWebhook, serveGateway } from './http.ts';
import { GatewayRefusal, type SentMessage, strict } from './sent.ts';

export type FakeEvolution = {
  url: string;
  instanceName: string;
  apikey: string;
  version: string;
  state: string;
  isLicensed: boolean;
  sent: SentMessage[];
  read: unknown[];
  /** The one webhook of the instance. */
  webhook: { url: string; headers?: Record<string, string>; events: string[]; enabled: boolean; base64: boolean } | null;
  fault: (asked: Asked) => Fault | null;
  /** Posts an event as this version writes it; the webhook's own headers go with it. */
  deliver(url: string, event: string, data: unknown): Promise<number>;
  hold(id: string, bytes: Buffer, mimetype: string): void;
  close(): Promise<void>;
};

const knownEvents = new Set([
  'MESSAGES_UPSERT',
  'MESSAGES_UPDATE',
  'MESSAGES_EDITED',
  'MESSAGES_DELETE',
  'SEND_MESSAGE',
  'CONNECTION_UPDATE',
  'QRCODE_UPDATED',
]);

type Held = { bytes: Buffer; mimetype: string };

/** Evolution API v2 as its source has it: validates what it validates, and answers its errors in its own shapes. */
export async function startFakeEvolution(): Promise<FakeEvolution> {
  const held = new Map<string, Held>();
  const fake: FakeEvolution = {
    url: '',
    instanceName: 'loja',
    apikey: 'INSTANCE-TOKEN',
    version: '2.3.7',
    state: 'open',
    isLicensed: true,
    sent: [],
    read: [],
    webhook: null,
    fault: () => null,
    async deliver(url, event, data) {
      const own = { destination: url, date_time: '2026-09-21T10:13:20.000Z', sender: '5531888888888@s.whatsapp.net', server_url: fake.url };
      const raw = JSON.stringify({ event, instance: fake.instanceName, data, ...own, apikey: fake.apikey });
      return (await postWebhook(url, raw, { 'content-type': 'application/json', ...fake.webhook?.headers })).status;
    },
    hold: (id, bytes, mimetype) => void held.set(id, { bytes, mimetype }),
    close: () => server.close(),
  };
  const server = await serveGateway(
    (asked) => respond(asked, fake, held),
    (asked) => (asked.path.startsWith('/message/') ? fake.fault(asked) : null),
  );
  fake.url = server.url;
  return fake;
}

function refuse(status: number, error: string, message: unknown): GatewayRefusal {
  return new GatewayRefusal(status, { status, error, response: { message } });
}

const invalid = (sentence: string): Error => refuse(400, 'Bad Request', [[`instance requires property ${sentence}`]]);

function respond(asked: Asked, fake: FakeEvolution, held: Map<string, Held>): Answer {
  try {
    if (asked.path === '/')
      return { status: 200, body: { status: 200, message: 'Welcome to the Evolution API, it is working!', version: fake.version } };
    if (!fake.isLicensed) throw new GatewayRefusal(503, { error: 'service not activated', code: 'LICENSE_REQUIRED', message: 'activate' });
    if (asked.headers['apikey'] !== fake.apikey) throw refuse(401, 'Unauthorized', 'Unauthorized');
    const [, room, call, instance] = /^\/(\w+)\/(\w+)\/(.+)$/.exec(asked.path) ?? [];
    if (instance !== fake.instanceName) throw refuse(404, 'Not Found', [`The "${instance}" instance does not exist`]);
    return route(`${asked.method} ${room}/${call}`, asked.body, fake, held);
  } catch (error) {
    if (error instanceof GatewayRefusal) return { status: error.status, body: error.body };
    throw error;
  }
}

const anywhere = ['delay', 'quoted', 'linkPreview', 'mentionsEveryOne', 'mentioned', 'messageId', 'encoding'];

function route(name: string, body: unknown, fake: FakeEvolution, held: Map<string, Held>): Answer {
  switch (name) {
    case 'POST message/sendText':
      return send(strict(body, ['number', 'text'], anywhere, invalid), 'conversation', 'text', fake);
    case 'POST message/sendMedia':
      return send(
        strict(body, ['number', 'mediatype', 'media'], [...anywhere, 'mimetype', 'fileName', 'caption'], invalid),
        '',
        'caption',
        fake,
      );
    case 'POST message/sendWhatsAppAudio':
      return send(strict(body, ['number', 'audio'], anywhere, invalid), 'audioMessage', '', fake);
    case 'POST chat/sendPresence':
      strict(body, ['number', 'presence', 'delay'], [], invalid);
      return { status: 201, body: { presence: 'composing' } };
    case 'POST chat/markMessageAsRead':
      fake.read.push(body);
      return { status: 201, body: { message: 'Read messages', read: 'success' } };
    case 'POST chat/findMessages':
      return { status: 200, body: { messages: { total: fake.sent.length, pages: 1, currentPage: 1, records: records(body, fake) } } };
    case 'POST chat/getBase64FromMediaMessage':
      return file(body, held);
    case 'GET instance/connectionState':
      return { status: 200, body: { instance: { instanceName: fake.instanceName, state: fake.state } } };
    case 'GET settings/find':
      return { status: 200, body: { groupsIgnore: true } };
    case 'GET webhook/find':
      return { status: 200, body: fake.webhook && { ...fake.webhook, webhookBase64: fake.webhook.base64 } };
    case 'POST webhook/set':
      return setWebhook(body, fake);
    default:
      throw refuse(404, 'Not Found', [`Cannot ${name}`]);
  }
}

function send(fields: Record<string, unknown>, kind: string, textName: string, fake: FakeEvolution): Answer {
  const number = String(fields['number']);
  if (number.endsWith('@lid') && fake.version < '2.4') throw refuse(400, 'Bad Request', [{ jid: number, exists: false, number }]);
  const to = number.includes('@') ? number : `${number}@s.whatsapp.net`;
  // A client's id is taken from 2.4 on, and passed over before.
  const own = fake.version >= '2.4' ? fields['messageId'] : undefined;
  const id = typeof own === 'string' ? own : `3EB0${randomBytes(9).toString('hex').toUpperCase()}`;
  const given = fields[textName];
  const words = typeof given === 'string' ? given : '';
  const type = kind || `${String(fields['mediatype'])}Message`;
  if (!fake.sent.some((sent) => sent.id === id)) fake.sent.push({ id, to, type, text: words, body: { ...fields, sentAt: Date.now() } });
  return {
    status: 201,
    body: { key: { remoteJid: to, fromMe: true, id }, status: 'PENDING', messageTimestamp: Math.floor(Date.now() / 1_000) },
  };
}

function records(body: unknown, { sent }: FakeEvolution): object[] {
  const { where } = strict(body, ['where'], ['page', 'offset'], invalid) as { where: { key?: { remoteJid?: string } } };
  const own = sent.filter(({ to }) => where.key?.remoteJid === undefined || to === where.key.remoteJid).toReversed();
  return own.map(({ id, to, type, text, body: { sentAt } }) => ({
    key: { id, remoteJid: to, fromMe: true },
    message: type === 'conversation' ? { conversation: text } : { [type]: {} },
    messageTimestamp: Math.floor(Number(sentAt) / 1_000),
  }));
}

function file(body: unknown, held: Map<string, Held>): Answer {
  const { message } = strict(body, ['message'], ['convertToMp4'], invalid) as { message: { key?: { id?: string } } };
  const found = held.get(message.key?.id ?? '');
  if (!found) throw refuse(400, 'Bad Request', ['Message not found']);
  return {
    status: 201,
    body: { mediaType: 'imageMessage', mimetype: found.mimetype, base64: found.bytes.toString('base64'), buffer: null },
  };
}

function setWebhook(body: unknown, fake: FakeEvolution): Answer {
  const { webhook } = strict(body, ['webhook'], [], invalid);
  const given = strict(webhook, ['enabled', 'url'], ['headers', 'byEvents', 'base64', 'events'], invalid) as NonNullable<
    FakeEvolution['webhook']
  >;
  const unknown = given.events.find((name) => !knownEvents.has(name));
  if (unknown !== undefined) throw refuse(400, 'Bad Request', [[`instance.webhook.events ${unknown} is not one of enum values`]]);
  fake.webhook = given;
  return { status: 201, body: { id: 'w1', ...given, webhookByEvents: false, webhookBase64: given.base64 } };
}
