import { expect, test } from 'vitest';
import { secretSettings, secretsIn, withoutSecrets, withSecrets } from './secret-settings.ts';
import { type SettingsInput, settingsSchema } from './settings.ts';

const url = 'https://api.example.com/v1';

test.each<[string, SettingsInput, SettingsInput, string[]]>([
  ['a key', { transcription: { url, apiKey: 'sk' } }, { transcription: { url, apiKey: 'sealed sk' } }, ['transcription.apiKey']],
  ['no key', { transcription: { url } }, { transcription: { url } }, []],
  ['a key that is taken away', { transcription: { url, apiKey: null } }, { transcription: { url, apiKey: null } }, []],
  ['no transcription', { transcription: null, locale: 'en' }, { transcription: null, locale: 'en' }, []],
  ['nothing', {}, {}, []],
])('in settings with %s only the secrets are replaced', (_what, settings, sealed, paths) => {
  const before = structuredClone(settings);
  expect(withSecrets(settings, (secret) => `sealed ${secret}`)).toEqual(sealed);
  expect(secretsIn(settings)).toEqual(paths);
  expect(settings).toEqual(before);
});

test('settings are shown as if there were no secret fields', () => {
  expect(withoutSecrets({ transcription: { url, apiKey: 'sk' }, locale: 'en' })).toEqual({ transcription: { url }, locale: 'en' });
  expect(withoutSecrets({ transcription: { url, apiKey: null } })).toEqual({ transcription: { url } });
  expect(withoutSecrets({ transcription: null })).toEqual({ transcription: null });
});

test('exactly the secrets are marked as such in the schema', () => {
  const marked: string[] = [];
  const walk = (schema: Record<string, unknown>, path: string[]): void => {
    if (schema['writeOnly'] === true) marked.push(path.join('.'));
    for (const inner of (schema['anyOf'] ?? []) as Record<string, unknown>[]) walk(inner, path);
    for (const [name, inner] of Object.entries((schema['properties'] ?? {}) as Record<string, Record<string, unknown>>)) {
      walk(inner, [...path, name]);
    }
  };
  walk(settingsSchema.toJSONSchema({ io: 'input' }), []);
  expect(marked).toEqual([...secretSettings]);
});
