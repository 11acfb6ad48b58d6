import type { Call, Called } from '../../call.ts';
import { fields, list, text } from '../../fields.ts';
import type { Check, Registered } from '../kind.ts';
import { cloudApiAccess, type CloudApiSettings } from './settings.ts';

export async function statusOfCloudApi(settings: CloudApiSettings, call: Call, webhookURL: string): Promise<Check[]> {
  return settings.provider === '360dialog' ? statusOf360dialog(settings, call, webhookURL) : statusOfMeta(settings, call);
}

async function statusOfMeta(settings: CloudApiSettings, call: Call): Promise<Check[]> {
  const { rootURL, headers } = cloudApiAccess(settings);
  const wanted = 'verified_name,display_phone_number,quality_rating,throughput,platform_type';
  const called = await call('GET', `${rootURL}/${settings.phoneNumberId}?fields=${wanted}`, { headers, timeoutMs: 10_000 });
  const reached = reachable(called, rootURL);
  if (called.type === 'failed') return [reached];
  const told = fields(called.body);
  if (called.status !== 200) return [reached, refusedAccess(called)];
  const name = `${text(told['verified_name']) ?? 'no name'}, ${text(told['display_phone_number']) ?? 'no number'}`;
  const quality = text(told['quality_rating']) ?? 'UNKNOWN';
  return [
    reached,
    { check: 'credentials', ok: true, sentence: `The token opens the number: ${name}.` },
    {
      check: 'quality',
      ok: quality !== 'RED',
      sentence:
        quality === 'RED' ? 'WhatsApp rates this number RED and may block it: contacts report its messages.' : `Quality: ${quality}.`,
    },
    {
      check: 'webhook',
      ok: true,
      sentence: 'Meta does not tell which webhook a number has: the first message that comes in is the proof, see `lastInboundAt`.',
    },
  ];
}

async function statusOf360dialog(settings: CloudApiSettings, call: Call, webhookURL: string): Promise<Check[]> {
  const { rootURL, headers } = cloudApiAccess(settings);
  const health = await call('GET', `${rootURL}/health_status`, { headers, timeoutMs: 10_000 });
  const reached = reachable(health, rootURL);
  if (health.type === 'failed') return [reached];
  if (health.status !== 200) return [reached, refusedAccess(health)];
  const can = text(fields(fields(health.body)['health_status'])['can_send_message']) ?? 'unknown';
  const webhook = await call('GET', `${rootURL}/v1/configs/webhook`, { headers, timeoutMs: 10_000 });
  const url = webhook.type === 'answered' ? text(fields(webhook.body)['url']) : null;
  const isHere = url?.startsWith(webhookURL) === true;
  return [
    reached,
    { check: 'credentials', ok: true, sentence: 'The API key is taken.' },
    { check: 'sending', ok: can !== 'BLOCKED', sentence: `360dialog says that sending is ${can}.` },
    {
      check: 'webhook',
      ok: isHere,
      sentence: isHere ? 'Webhooks come here.' : `Webhooks go ${url === null ? 'nowhere' : 'to another address'}: register the channel.`,
    },
  ];
}

function reachable(called: Called, rootURL: string): Check {
  const host = new URL(rootURL).host;
  if (called.type === 'answered') return { check: 'reachable', ok: true, sentence: `${host} answers.` };
  return { check: 'reachable', ok: false, sentence: `${host} cannot be reached: ${called.code}.` };
}

function refusedAccess(called: Extract<Called, { type: 'answered' }>): Check {
  const error = fields(fields(called.body)['error']);
  const words = text(error['message']) ?? `HTTP ${called.status}`;
  const what =
    text(error['code']) === '190' ? 'The token has expired or is none: make a permanent one for a system user' : 'Access was refused';
  return { check: 'credentials', ok: false, sentence: `${what} (${words}).` };
}

/** At Meta for the whole WhatsApp Business Account, without its App dashboard; at 360dialog for the number. */
export async function registerAtCloudApi(settings: CloudApiSettings, call: Call, webhookURL: string): Promise<Registered> {
  const { rootURL, headers } = cloudApiAccess(settings);
  if (settings.provider === '360dialog') {
    const custom = settings.webhookSecret === undefined ? {} : { headers: { 'X-Typelane-Token': settings.webhookSecret } };
    return registered(await call('POST', `${rootURL}/v1/configs/webhook`, { headers, json: { url: webhookURL, ...custom } }));
  }
  if (settings.wabaId === undefined) {
    const sentence = 'Set `wabaId` to register by API, or paste the address and the verify token into the webhook of the app.';
    return { ok: false, sentence };
  }
  const json = { override_callback_uri: webhookURL, verify_token: settings.verifyToken };
  return registered(await call('POST', `${rootURL}/${settings.wabaId}/subscribed_apps`, { headers, json }));
}

function registered(called: Called): Registered {
  if (called.type === 'failed') return { ok: false, sentence: `The gateway cannot be reached: ${called.code}.` };
  if (called.status < 300) return { ok: true, sentence: 'Webhooks come here from now on.' };
  const error = fields(fields(called.body)['error']);
  const details = text(error['message']) ?? text(list(fields(called.body)['errors'])[0]) ?? `HTTP ${called.status}`;
  return { ok: false, sentence: `The gateway refused the webhook: ${details}` };
}
