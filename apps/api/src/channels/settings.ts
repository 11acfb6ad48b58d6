import { kindOf, type Kind } from '@typelane/gateway/kinds';
import { type ChannelRow, channelSealedAbout } from '@typelane/db';
import { type Sealer, SealError } from '@typelane/runtime';
import type { ApiContext } from '../context.ts';
import { refusal } from '../errors/refusal.ts';

type Values = Record<string, unknown>;

export type ChannelSettings = { kind: Kind; open: Values; secret: Values };

/**
 * Settings as they were sent, parsed by their kind. A secret that is left out keeps its value, as long as the rest still goes to the
 * same host: a caller who may only write secrets must not be able to send them elsewhere.
 */
export function readSettings(
  kindName: string,
  given: Values,
  before: { kind: string; open: Values; secret: Values } | null,
): ChannelSettings {
  const kind = kindOf(kindName);
  if (kind === null) throw refusal('INVALID_REQUEST', [`\`kind\` must be one of those in /docs, but got ${JSON.stringify(kindName)}`]);
  const known = before?.kind === kindName ? before : null;
  const keeps = known !== null && hostsOf(known.open) === hostsOf(given);
  const parsed = kind.settings.safeParse({ ...(keeps ? known.secret : {}), ...given });
  if (!parsed.success)
    throw refusal(
      'INVALID_REQUEST',
      parsed.error.issues.map(({ path, message }) => sentence(path, message)),
    );
  const entries = Object.entries(parsed.data);
  const isSecret = (name: string): boolean => (kind.secrets as readonly string[]).includes(name);
  return {
    kind,
    open: Object.fromEntries(entries.filter(([name]) => !isSecret(name))),
    secret: Object.fromEntries(entries.filter(([name, value]) => isSecret(name) && value !== undefined)),
  };
}

function sentence(path: PropertyKey[], message: string): string {
  return `Expected \`${['settings', ...path.map(String)].join('.')}\` to be ${message.replace(/^Invalid input: expected /, '')}`;
}

/** Where these settings send secrets to. */
function hostsOf(settings: Values): string {
  return JSON.stringify([settings['baseURL'], settings['url'], settings['provider']].map((value) => normalised(value)));
}

function normalised(value: unknown): unknown {
  return typeof value === 'string' ? (URL.parse(value)?.origin ?? value) : null;
}

/** The secret settings of a stored channel. What was sealed under another key counts as absent: it has to be given again. */
export function secretsOf(row: ChannelRow, sealer: Sealer): Values {
  try {
    return JSON.parse(sealer.open(row.secrets, channelSealedAbout(row.channelId))) as Values;
  } catch (error) {
    if (error instanceof SealError) return {};
    throw error;
  }
}

/** Only the rules that need no name looked up: each call is checked again. */
export function refuseForbiddenHosts({ egress }: Pick<ApiContext, 'egress'>, open: Values): void {
  for (const name of ['baseURL', 'url']) {
    const url = open[name];
    if (typeof url !== 'string' || egress.check(url).allowed) continue;
    const what = `\`settings.${name}\` must be on a public host, or on one that the operator has named in EGRESS_ALLOW`;
    throw refusal('INVALID_REQUEST', [what]);
  }
}
