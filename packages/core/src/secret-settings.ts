/**
 * Paths of the settings that are never shown again: encrypted when they are saved, left out of every answer, decrypted only where they are used.
 * To add one, add its path here and mark its field `writeOnly` in the settings schema.
 */
export const secretSettings = ['transcription.apiKey', 'typebotApiToken'] as const;

export type SecretSetting = (typeof secretSettings)[number];

/** The context that a secret is encrypted with, so that it cannot be decrypted for another instance or field. */
export function aboutSecret(instanceId: string, path: SecretSetting): string {
  return `${instanceId}:${path}`;
}

/** The secrets that `settings` contain. */
export function secretsIn(settings: object): SecretSetting[] {
  return secretSettings.filter((path) => typeof valueAt(settings, path) === 'string');
}

/** The settings with each secret replaced. Absent and null ones stay as they are. */
export function withSecrets<S extends object>(settings: S, replace: (secret: string, path: SecretSetting) => string): S {
  return secretsIn(settings).reduce((changed: object, path) => {
    const secret = valueAt(changed, path);
    return typeof secret === 'string' ? changedAt(changed, path.split('.'), () => replace(secret, path)) : changed;
  }, settings) as S;
}

/** The settings without the fields of secrets. */
export function withoutSecrets(settings: object): object {
  return secretSettings.reduce((changed: object, path) => changedAt(changed, path.split('.'), () => undefined), settings);
}

function valueAt(settings: object, path: SecretSetting): unknown {
  return path.split('.').reduce((at: unknown, name) => (isGroup(at) ? at[name] : undefined), settings);
}

/** A copy with the result of `change` at the path. Undefined removes the field. Settings without the path are returned unchanged. */
function changedAt(settings: object, [name = '', ...rest]: string[], change: () => unknown): object {
  if (!isGroup(settings) || !Object.hasOwn(settings, name)) return settings;
  const { [name]: before, ...others } = settings;
  if (rest.length > 0) return isGroup(before) ? { ...settings, [name]: changedAt(before, rest, change) } : settings;
  const value = change();
  return value === undefined ? others : { ...settings, [name]: value };
}

function isGroup(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
