import type { Integration } from '@typelane/core';
import type { IntegrationRow } from '@typelane/db';
import type { Log } from '@typelane/runtime';
import { readSettings } from './read-settings.ts';

export type Integrations = { read(row: IntegrationRow | null): Integration | null };

/** Integrations as the core knows them. Parsing settings costs more than a whole step, so the newest version of each is kept. */
export function createIntegrations(log: Log, keptMax = 5_000): Integrations {
  const kept = new Map<string, { updatedAt: number; integration: Integration }>();
  return {
    read(row) {
      if (row === null) return null;
      const known = kept.get(row.typebotIntegrationId);
      if (known?.updatedAt === row.updatedAt) return known.integration;
      const integration = parse(row, log);
      kept.delete(row.typebotIntegrationId);
      kept.set(row.typebotIntegrationId, { updatedAt: row.updatedAt, integration });
      for (const oldest of kept.keys()) {
        if (kept.size <= keptMax) break;
        kept.delete(oldest);
      }
      return integration;
    },
  };
}

function parse({ typebotIntegrationId, publicId, typebotURL, enabled, settings: stored }: IntegrationRow, log: Log): Integration {
  const { settings, dropped } = readSettings(stored);
  if (dropped.length > 0) log.error({ typebotIntegrationId, dropped }, 'settings.unreadable');
  return { typebotIntegrationId, publicId, typebotURL, enabled, settings };
}
