/**
 * The settings nobody is shown again, by their path: sealed when they are written, left out of every answer, opened only where they are used.
 * A new one is one line here; its field is marked `writeOnly` in the settings schema.
 */
export const secretSettings = ['transcription.apiKey', 'typebotApiToken'] as const;

export type SecretSetting = (typeof secretSettings)[number];

/** Whose secret it is and what it is for: what it is sealed with, so that it opens nowhere else. */
export function aboutSecret(instanceId: string, path: SecretSetting): string {
  return `${instanceId}:${path}`;
}

/** Those of the secrets that `settings` hold. */
export function secretsIn(settings: object): SecretSetting[] {
  return secretSettings.filter((path) => typeof valueAt(settings, path) === 'string');
}

/** The settings with each secret in them replaced. What is absent or null stays so. */
export function withSecrets<S extends object>(settings: S, replace: (secret: string, path: SecretSetting) => string): S {
  return secretsIn(settings).reduce((changed: object, path) => {
    const secret = valueAt(changed, path);
    return typeof secret === 'string' ? changedAt(changed, path.split('.'), () => replace(secret, path)) : changed;
  }, settings) as S;
}

/** The settings without their secrets, as if there were no such fields. */
export function withoutSecrets(settings: object): object {
  return secretSettings.reduce((changed: object, path) => changedAt(changed, path.split('.'), () => undefined), settings);
}

function valueAt(settings: object, path: SecretSetting): unknown {
  return path.split('.').reduce((at: unknown, name) => (isGroup(at) ? at[name] : undefined), settings);
}

/** A copy with another value at `path`, or without the field where the value is undefined. What has no such group stays as it is. */
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
