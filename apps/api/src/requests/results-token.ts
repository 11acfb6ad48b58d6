import { apiURLOf, type SettingsInput } from '@typelane/core';

/** Where an integration's results are read. */
export type ResultsAddress = { typebotURL: string; settings: SettingsInput };

/**
 * A caller who may only write the token must not be able to send it elsewhere: when the results would be read at another host, the token
 * has to be given again or removed.
 */
export function takesTokenElsewhere(before: ResultsAddress, after: ResultsAddress, isGivenAgain: boolean): boolean {
  return !isGivenAgain && Boolean(before.settings.typebotApiToken) && originOf(before) !== originOf(after);
}

/** Scheme, host and port. */
function originOf({ typebotURL, settings }: ResultsAddress): string | null {
  return URL.parse(apiURLOf({ typebotURL, settings: { typebotApiURL: settings.typebotApiURL ?? null } }))?.origin ?? null;
}
