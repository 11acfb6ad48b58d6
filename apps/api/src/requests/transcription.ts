import type { SettingsChange, SettingsInput } from '@typelane/core';

/** What may be sent as a bearer token, as it is before it is sealed. Completes the sentence "`field` must be …"; null: it is fine. */
export function apiKeyProblem(apiKey: string): string | null {
  return /^[!-~]{1,500}$/.test(apiKey) ? null : 'text of at most 500 visible ASCII characters';
}

/** A caller who may only write the key must not be able to send it elsewhere: with another host the key has to be given again or removed. */
export function takesKeyElsewhere(before: SettingsInput, { transcription }: SettingsChange): boolean {
  if (!before.transcription?.apiKey || !transcription || transcription.apiKey !== undefined || transcription.url === undefined)
    return false;
  return originOf(before.transcription.url) !== originOf(transcription.url);
}

/** Scheme, host and port. */
function originOf(address: string): string | null {
  return URL.parse(address)?.origin ?? null;
}
