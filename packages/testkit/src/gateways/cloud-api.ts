import { createHmac, randomBytes } from 'node:crypto';
import { type Asked, type Answer, type Fault, postWebhook, serveGateway } from './http.ts';
import { GatewayRefusal, type SentMessage, strict } from './sent.ts';

export type FakeCloudApi = {
  url: string;
  phoneNumberId: string;
  accessToken: string;
  appSecret: string;
  verifyToken: string;
  /** What reached WhatsApp, in order. */
  sent: SentMessage[];
  /** Calls that marked something as read. */
  read: string[];
  /** Where webhooks of the account go, after `subscribed_apps`. */
  webhookURL: string | null;
  /** Asked before each request to send. */
  fault: (asked: Asked) => Fault | null;
  /** The contact's last message is older than 24 hours. */
  windowClosed: boolean;
  /** Signs and posts a value of the field `messages`. */
  deliver(url: string, ...values: object[]): Promise<number>;
  /** A file WhatsApp holds; gives its media id. */
  hold(bytes: Buffer, mimeType: string): string;
  close(): Promise<void>;
};

/** WhatsApp Cloud API as its reference describes it: strict about bodies, limits and credentials; signs what it posts. */
export async function startFakeCloudApi(): Promise<FakeCloudApi> {
  const files = new Map<string, { bytes: Buffer; mimeType: string }>();
  const fake: FakeCloudApi = {
    url: '',
    phoneNumberId: '106540352242922',
    accessToken: 'EAAtest',
    appSecret: 'test-app-secret',
    verifyToken: 'agreed-word',
    sent: [],
    read: [],
    webhookURL: null,
    fault: () => null,
    windowClosed: false,
    async deliver(url, ...values) {
      const changes = values.map((value) => ({ field: 'messages', value: { messaging_product: 'whatsapp', metadata, ...value } }));
      const entry = [{ id: '102290129340398', changes }];
      const raw = escaped(JSON.stringify({ object: 'whatsapp_business_account', entry }));
      return (await postWebhook(url, raw, signed(raw, fake.appSecret))).status;
    },
    hold(bytes, mimeType) {
      const id = `${files.size + 1_000_000}`;
      files.set(id, { bytes, mimeType });
      return id;
    },
    close: () => server.close(),
  };
  const metadata = { display_phone_number: '15550001111', phone_number_id: fake.phoneNumberId };
  const server = await serveGateway(
    (asked) => answer(asked, fake, files),
    (asked) => (asked.path.endsWith('/messages') ? fake.fault(asked) : null),
  );
  fake.url = server.url;
  return fake;
}

function signed(raw: string, appSecret: string): Record<string, string> {
  const signature = createHmac('sha256', appSecret).update(raw).digest('hex');
  return { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` };
}

/** Meta signs its JSON with everything beyond ASCII escaped. */
function escaped(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function answer(asked: Asked, fake: FakeCloudApi, files: Map<string, { bytes: Buffer; mimeType: string }>): Answer {
  try {
    if (asked.headers['authorization'] !== `Bearer ${fake.accessToken}`) throw graphError(190, 'Invalid OAuth access token', 401);
    const [, version, id = '', rest] = /^\/(v\d+\.\d|files)\/([^/]+)(?:\/(\w+))?$/.exec(asked.path) ?? [];
    if (asked.method === 'POST' && id === fake.phoneNumberId && rest === 'messages') return { status: 200, body: post(asked.body, fake) };
    if (asked.method === 'POST' && rest === 'subscribed_apps') {
      const { override_callback_uri } = strict(asked.body, ['override_callback_uri', 'verify_token'], [], invalid);
      fake.webhookURL = String(override_callback_uri);
      return { status: 200, body: { success: true } };
    }
    if (id === fake.phoneNumberId) {
      return { status: 200, body: { id, verified_name: 'Loja', display_phone_number: '+1 555-000-1111', quality_rating: 'GREEN' } };
    }
    const file = files.get(id);
    if (version === 'files' && file) return { status: 200, body: file.bytes, headers: { 'content-type': file.mimeType } };
    if (file) return { status: 200, body: { id, url: `${fake.url}/files/${id}`, mime_type: file.mimeType, messaging_product: 'whatsapp' } };
    throw graphError(100, `Unsupported request - ${asked.path}`);
  } catch (error) {
    if (error instanceof GatewayRefusal) return { status: error.status, body: error.body };
    throw error;
  }
}

export function graphError(code: number, message: string, status = 400): GatewayRefusal {
  const error = {
    message: `(#${code}) ${message}`,
    type: 'OAuthException',
    code,
    error_data: { messaging_product: 'whatsapp', details: message },
  };
  return new GatewayRefusal(status, { error: { ...error, fbtrace_id: 'Afake' } });
}

const invalid = (sentence: string): Error => graphError(131_009, `Parameter value is not valid: ${sentence}`);
const missing = (sentence: string): Error => graphError(131_008, `Required parameter: ${sentence}`);

const frame = ['recipient_type', 'to', 'recipient', 'context', 'biz_opaque_callback_data', 'status', 'typing_indicator', 'message_id'];
const types = ['text', 'image', 'video', 'audio', 'document', 'sticker', 'interactive', 'template', 'location'];

function post(body: unknown, fake: FakeCloudApi): unknown {
  const fields = strict(body, ['messaging_product'], [...frame, 'type', ...types], missing);
  if (fields['messaging_product'] !== 'whatsapp') throw missing('messaging_product must be whatsapp');
  if (fields['status'] === 'read') {
    fake.read.push(String(fields['message_id']));
    return { success: true };
  }
  const type = String(fields['type']);
  if (!types.includes(type) || typeof fields[type] !== 'object') throw missing(`type "${type}"`);
  if (fields['to'] === undefined && fields['recipient'] === undefined) throw missing('to');
  const content = fields[type] as Record<string, unknown>;
  const text = check(type, content);
  if (fake.windowClosed && type !== 'template')
    throw graphError(131_047, 'More than 24 hours have passed since the recipient last replied');
  const to = String(fields['to'] ?? fields['recipient']);
  const id = `wamid.${randomBytes(12).toString('base64url')}`;
  const isLost = fields['to'] !== undefined && !/^\+?\d+$/.test(to);
  // A user id in `to` is taken and dropped without a word.
  if (!isLost) fake.sent.push({ id, to, type, text, body: fields });
  return { messaging_product: 'whatsapp', contacts: [{ input: to, wa_id: to }], messages: [{ id }] };
}

/** The limits of the reference; gives the words of the message. */
function check(type: string, content: Record<string, unknown>): string {
  if (type === 'text') return within(content['body'], 4_096, 'text.body');
  if (type === 'template') return templateText(content);
  if (type !== 'interactive') {
    if (type !== 'location' && typeof content['link'] !== 'string' && typeof content['id'] !== 'string') throw invalid(`${type}.link`);
    return content['caption'] === undefined ? '' : within(content['caption'], 1_024, 'caption');
  }
  const { action = {}, body = {} } = content as {
    action?: { buttons?: unknown[]; button?: string; sections?: unknown[] };
    body?: { text?: unknown };
  };
  if (content['type'] === 'button') {
    const buttons = (action.buttons ?? []) as { reply: { id: unknown; title: unknown } }[];
    if (buttons.length < 1 || buttons.length > 3) throw invalid('between 1 and 3 buttons');
    for (const { reply } of buttons) {
      within(reply.title, 20, 'button title');
      within(reply.id, 256, 'button id');
    }
    return within(body.text, 1_024, 'interactive body');
  }
  const rows = ((action.sections ?? []) as { rows: { id: unknown; title: unknown; description?: unknown }[] }[]).flatMap(
    (section) => section.rows,
  );
  if (rows.length < 1 || rows.length > 10) throw invalid('between 1 and 10 rows');
  within(action.button, 20, 'list button');
  for (const row of rows) {
    within(row.id, 200, 'row id');
    within(row.title, 24, 'row title');
    if (row.description !== undefined) within(row.description, 72, 'description');
  }
  return within(body.text, 4_096, 'interactive body');
}

function within(value: unknown, lengthMax: number, what: string): string {
  if (typeof value !== 'string' || value === '' || value.length > lengthMax) throw invalid(`${what} must be 1 to ${lengthMax} characters`);
  return value;
}

function templateText(content: Record<string, unknown>): string {
  const [component] = (content['components'] ?? []) as { parameters: { text: string }[] }[];
  const text = component?.parameters[0]?.text ?? '';
  if (/[\n\t]| {5}/.test(text)) throw graphError(132_018, 'A variable cannot hold new lines or more than 4 spaces');
  return text;
}
