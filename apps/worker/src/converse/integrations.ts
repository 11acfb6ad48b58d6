import { defaultSettings, type Integration, type Settings, settingsSchema } from '@typelane/core';
import type { IntegrationRow } from '@typelane/db';
import type { Log } from '@typelane/runtime';

export type Integrations = { parse(row: IntegrationRow | null): Integration | null };

/** Rounds of parsing and removing fields. A stored value cannot have as many problems that appear one after another. */
const roundsMax = 20;

/** Parses integrations and caches the newest version of each: parsing settings costs more than a whole step. `cachedMax`: integrations. */
export function createIntegrations(log: Log, cachedMax = 5_000): Integrations {
  const cache = new Map<string, { updatedAt: number; integration: Integration }>();
  return {
    parse(row) {
      if (row === null) return null;
      const cached = cache.get(row.typebotIntegrationId);
      if (cached?.updatedAt === row.updatedAt) return cached.integration;
      const integration = integrationOf(row, log);
      cache.delete(row.typebotIntegrationId);
      cache.set(row.typebotIntegrationId, { updatedAt: row.updatedAt, integration });
      for (const oldest of cache.keys()) {
        if (cache.size <= cachedMax) break;
        cache.delete(oldest);
      }
      return integration;
    },
  };
}

function integrationOf({ typebotIntegrationId, publicId, typebotURL, enabled, settings: stored }: IntegrationRow, log: Log): Integration {
  const { settings, dropped } = readSettings(stored);
  if (dropped.length > 0) log.error({ typebotIntegrationId, dropped }, 'settings.unreadable');
  return { typebotIntegrationId, publicId, typebotURL, enabled, settings };
}

/**
 * Parses stored settings as far as this version knows them. The API stores valid settings only, but a newer version may have stored fields or
 * values that this one refuses. Such a field is dropped, so that its default applies, and named in `dropped`; all others apply. Values are
 * never named.
 */
export function readSettings(stored: unknown): { settings: Settings; dropped: string[] } {
  const dropped: string[] = [];
  const rest: unknown = structuredClone(stored);
  for (let round = 0; round < roundsMax; round += 1) {
    const parsed = settingsSchema.safeParse(rest);
    if (parsed.success) return { settings: parsed.data, dropped };
    // The last problem first: removing an entry of a list moves the entries after it.
    for (const issue of parsed.error.issues.toReversed()) {
      const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
      for (const path of paths) dropped.push(remove(rest, path));
    }
  }
  return { settings: defaultSettings, dropped: [...dropped, 'everything'] };
}

/** Removes the value at `path`, or the nearest one around it if there is no such value (a missing field). Returns the path it removed. */
function remove(root: unknown, path: readonly PropertyKey[]): string {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = path.slice(0, length - 1).reduce<unknown>((at, key) => memberOf(at, key), root);
    const key = path[length - 1] ?? '';
    if (memberOf(parent, key) === undefined) continue;
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else if (typeof parent === 'object' && parent !== null) Reflect.deleteProperty(parent, key);
    return path.slice(0, length).map(String).join('.');
  }
  return 'everything';
}

function memberOf(value: unknown, key: PropertyKey): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
}
