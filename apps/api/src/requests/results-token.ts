import { apiURLOf, type SettingsInput } from '@typelane/core';

/** Where an integration's results are read. */
export type ResultsAddress = { typebotURL: string; settings: SettingsInput };

/**
 * A token that nobody may read must not be sent elsewhere by whoever may only write: where the results would be read at another host, it has
 * to be given again, or taken away.
 */
export function takesTokenElsewhere(before: ResultsAddress, after: ResultsAddress, isGivenAgain: boolean): boolean {
  return !isGivenAgain && Boolean(before.settings.typebotApiToken) && originOf(before) !== originOf(after);
}

/** Scheme, host and port. */
function originOf({ typebotURL, settings }: ResultsAddress): string | null {
  return URL.parse(apiURLOf({ typebotURL, settings: { typebotApiURL: settings.typebotApiURL ?? null } }))?.origin ?? null;
}
