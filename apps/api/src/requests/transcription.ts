import type { SettingsInput } from '@typelane/core';

type Problem = { path: string[]; message: string };

/** What the settings schema cannot say of a transcription that an operator writes: its key as it is before it is sealed, and its address. */
export function problemsOfTranscription({ transcription }: SettingsInput): Problem[] {
  if (!transcription) return [];
  const problems: Problem[] = [];
  if (originOf(transcription.url) === null) {
    problems.push({
      path: ['transcription', 'url'],
      message: 'an http or https URL without user name, password, query and fragment, such as `https://api.openai.com/v1`',
    });
  }
  const { apiKey } = transcription;
  if (apiKey && !/^[!-~]{1,500}$/.test(apiKey)) {
    problems.push({ path: ['transcription', 'apiKey'], message: 'text of at most 500 visible ASCII characters' });
  }
  return problems;
}

/** Scheme, host and port; null for what is no plain http address. */
function originOf(address: string): string | null {
  const url = URL.parse(address);
  const isPlain = url !== null && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
  return isPlain && /^https?:$/.test(url.protocol) ? url.origin : null;
}

/** A key that nobody may read must not be sent elsewhere by whoever may only write: with another host it has to be given again, or taken away. */
export function takesKeyElsewhere(before: SettingsInput, change: SettingsInput): boolean {
  if (!before.transcription?.apiKey || !change.transcription || change.transcription.apiKey !== undefined) return false;
  return originOf(before.transcription.url) !== originOf(change.transcription.url);
}
