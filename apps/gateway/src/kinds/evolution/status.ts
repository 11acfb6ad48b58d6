import type { Call, Called } from '../../call.ts';
import { fields, list, text } from '../../fields.ts';
import type { Check, Registered } from '../kind.ts';
import type { EvolutionSettings } from './settings.ts';
import { evolutionAccess, wordsIn } from './send.ts';

/** Known by every version since 2.2.3: one unknown name would refuse them all. */
const events = ['MESSAGES_UPSERT', 'MESSAGES_UPDATE', 'MESSAGES_EDITED', 'MESSAGES_DELETE', 'SEND_MESSAGE', 'CONNECTION_UPDATE'];

export async function statusOfEvolution(settings: EvolutionSettings, call: Call, webhookURL: string): Promise<Check[]> {
  const { urlOf, headers } = evolutionAccess(settings);
  const ask = (url: string): Promise<Called> => call('GET', url, { headers, timeoutMs: 10_000 });
  const root = await ask(`${settings.baseURL}/`);
  if (root.type === 'failed') {
    return [{ check: 'reachable', ok: false, sentence: `${new URL(settings.baseURL).host} cannot be reached: ${root.code}.` }];
  }
  const state = await ask(urlOf('instance/connectionState'));
  const checks = [version(root), connection(state, settings)];
  if (state.type === 'failed' || state.status !== 200) return checks;
  const [webhook, behaviour] = await Promise.all([ask(urlOf('webhook/find')), ask(urlOf('settings/find'))]);
  return [...checks, ...webhookChecks(webhook, webhookURL), groups(behaviour)];
}

function version(root: Extract<Called, { type: 'answered' }>): Check {
  const told = text(fields(root.body)['version']);
  if (told === null)
    return { check: 'version', ok: false, sentence: `Something answers there with HTTP ${root.status}, but not as Evolution API does.` };
  const isKnown = /^2\.[234]\./.test(told);
  return { check: 'version', ok: isKnown, sentence: `Evolution API ${told}${isKnown ? '' : ': made and tried for 2.2.3 to 2.4'}.` };
}

function connection(state: Called, { instanceName }: EvolutionSettings): Check {
  if (state.type === 'failed') return { check: 'connection', ok: false, sentence: `The connection cannot be asked for: ${state.code}.` };
  if (text(fields(state.body)['code']) === 'LICENSE_REQUIRED') {
    return {
      check: 'licence',
      ok: false,
      sentence: 'Evolution 2.4 is not activated: it answers nothing until its licence is (open /manager there).',
    };
  }
  if (state.status === 401 || state.status === 403) return { check: 'credentials', ok: false, sentence: 'Evolution refuses the apikey.' };
  if (state.status === 404) return { check: 'instance', ok: false, sentence: `Evolution has no instance called ${instanceName}.` };
  const told = text(fields(fields(state.body)['instance'])['state']) ?? `HTTP ${state.status}: ${wordsIn(state.body)}`;
  return {
    check: 'connection',
    ok: told === 'open',
    sentence: told === 'open' ? 'The number is connected.' : `The number is not connected (${told}): scan its QR code at Evolution.`,
  };
}

function webhookChecks(webhook: Called, webhookURL: string): Check[] {
  const row = webhook.type === 'answered' ? fields(webhook.body) : {};
  const url = text(row['url']);
  const isHere = row['enabled'] === true && url?.startsWith(webhookURL) === true;
  const where = url === null ? 'nowhere' : `to ${URL.parse(url)?.host ?? 'another address'}`;
  const missing = events.slice(0, 2).filter((name) => !list(row['events']).includes(name) && list(row['events']).length > 0);
  return [
    {
      check: 'webhook',
      ok: isHere && missing.length === 0,
      sentence: isHere
        ? missing.length === 0
          ? 'Webhooks come here.'
          : `The webhook lacks ${missing.join(' and ')}: register the channel again.`
        : `Webhooks go ${where}: register the channel. It replaces the webhook the instance has.`,
    },
    {
      check: 'base64',
      ok: row['webhookBase64'] !== true,
      sentence:
        row['webhookBase64'] === true
          ? 'Switch webhookBase64 off: files are fetched when they are needed, and large ones are refused.'
          : 'Files do not travel in webhooks.',
    },
  ];
}

function groups(behaviour: Called): Check {
  const isIgnored = behaviour.type === 'answered' && fields(behaviour.body)['groupsIgnore'] === true;
  const sentence = isIgnored
    ? 'Evolution leaves groups out.'
    : 'Evolution sends what is said in groups too. Bots ignore groups by default; groupsIgnore saves the traffic.';
  return { check: 'groups', ok: true, sentence };
}

/** Replaces the one webhook an instance has. */
export async function registerAtEvolution(settings: EvolutionSettings, call: Call, webhookURL: string): Promise<Registered> {
  const { urlOf, headers } = evolutionAccess(settings);
  const before = await call('GET', urlOf('webhook/find'), { headers, timeoutMs: 10_000 });
  const old = before.type === 'answered' ? text(fields(before.body)['url']) : null;
  const custom = settings.webhookSecret === undefined ? {} : { headers: { 'X-Typelane-Token': settings.webhookSecret } };
  const webhook = { enabled: true, url: webhookURL, ...custom, byEvents: false, base64: false, events };
  const called = await call('POST', urlOf('webhook/set'), { headers, json: { webhook } });
  if (called.type === 'failed') return { ok: false, sentence: `Evolution cannot be reached: ${called.code}.` };
  if (called.status >= 300) return { ok: false, sentence: `Evolution refused the webhook: ${wordsIn(called.body)}.` };
  const host = old === null ? null : URL.parse(old)?.host;
  const replaced = host && host !== new URL(webhookURL).host ? ` It went to ${host} before.` : '';
  return { ok: true, sentence: `Webhooks come here from now on.${replaced}` };
}
