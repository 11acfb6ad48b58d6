import { defaultSettings, type Settings, settingsSchema } from '@typelane/core';

/** More than a stored value can have wrong with it, one after another. */
const roundsMax = 20;

/**
 * Stored settings, read as far as this version knows them. The API lets in nothing else; a newer version may have written more, or what
 * this one would refuse. Such a field is left out (its default holds) and named in `dropped`; all others hold. Values are never named.
 */
export function readSettings(stored: unknown): { settings: Settings; dropped: string[] } {
  const dropped: string[] = [];
  const rest: unknown = structuredClone(stored);
  for (let round = 0; round < roundsMax; round += 1) {
    const parsed = settingsSchema.safeParse(rest);
    if (parsed.success) return { settings: parsed.data, dropped };
    // From the last one on: what is taken out of a list moves what stands behind it.
    for (const issue of parsed.error.issues.toReversed()) {
      const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
      for (const path of paths) dropped.push(remove(rest, path));
    }
  }
  return { settings: defaultSettings, dropped: [...dropped, 'everything'] };
}

/** Removes what stands at `path`, or the nearest thing around it where nothing does (a field that is missing). Returns the path of it. */
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
