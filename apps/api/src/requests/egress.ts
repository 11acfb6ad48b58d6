import type { SettingsChange, SettingsInput } from '@typelane/core';
import type { ApiContext } from '../context.ts';
import { refusal } from '../errors/refusal.ts';

/** An address a tenant wants to be called, and the field it was given in. */
export type NamedUrl = { field: string; url: string | undefined | null };

/**
 * Refuses addresses that would never be called: private ones that the operator has not allowed. Only what needs no DNS is checked here;
 * names are checked again at every call, because they can change.
 */
export function refusePrivateUrls({ egress }: Pick<ApiContext, 'egress'>, named: readonly NamedUrl[]): void {
  const sentences = named.flatMap(({ field, url }) =>
    url === undefined || url === null || egress.check(url).allowed
      ? []
      : [`\`${field}\` must be on a public host, or on one that the operator has named in EGRESS_ALLOW`],
  );
  if (sentences.length > 0) throw refusal('INVALID_REQUEST', sentences);
}

/** The addresses in settings, as they are written. */
export function urlsInSettings(settings: SettingsInput | SettingsChange | undefined): NamedUrl[] {
  return [
    { field: 'settings.typebotApiURL', url: settings?.typebotApiURL },
    { field: 'settings.transcription.url', url: settings?.transcription?.url },
    ...(settings?.flows ?? []).map(({ typebotURL }, index) => ({ field: `settings.flows.${index}.typebotURL`, url: typebotURL })),
  ];
}
