import { kind } from '../kind.ts';
import { isHexHmac, isSameSecret } from '../../signature.ts';
import { mediaOfCloudApi } from './media.ts';
import { parseCloudApi } from './parse.ts';
import { attendOnCloudApi, sendByCloudApi } from './send.ts';
import { cloudApiSettings } from './settings.ts';
import { registerAtCloudApi, statusOfCloudApi } from './status.ts';

/** WhatsApp's own API, at Meta or through 360dialog. */
export const cloudApi = kind({
  name: 'cloud-api',
  settings: cloudApiSettings,
  secrets: ['accessToken', 'appSecret', 'verifyToken', 'webhookSecret'],
  // Media come as ids. Meta puts up to 1,000 changes into one request.
  bodySizeBytesMax: 3 * 1_024 * 1_024,
  capabilities: {
    asOf: '2026-11-30',
    source: "Meta's Cloud API reference (Graph v24); 360dialog's messaging reference",
    buttons: true,
    lists: true,
    clientMessageId: 'none',
    correlation: true,
    retries: 'every answer but 200, for up to 7 days',
    webhookTimeoutMs: 5_000,
    pace: { perSecond: 80, pairBurst: 45, pairEveryMs: 6_000 },
  },
  handshake(query, { verifyToken }) {
    const challenge = query.get('hub.challenge');
    const isAgreed = query.get('hub.mode') === 'subscribe' && isSameSecret(verifyToken ?? '', query.get('hub.verify_token') ?? undefined);
    return verifyToken !== undefined && isAgreed ? challenge : null;
  },
  verify({ headers, raw }, { provider, appSecret, webhookSecret }) {
    if (provider === '360dialog') return webhookSecret === undefined || isSameSecret(webhookSecret, headers['x-typelane-token']);
    const [, came] = /^sha256=(.*)$/.exec(headers['x-hub-signature-256'] ?? '') ?? [];
    return appSecret !== undefined && isHexHmac('sha256', appSecret, raw, came);
  },
  parse: parseCloudApi,
  send: sendByCloudApi,
  attend: attendOnCloudApi,
  media: mediaOfCloudApi,
  status: statusOfCloudApi,
  register: registerAtCloudApi,
});
