import { z } from 'zod';
import { chatSettings } from './settings/chats.ts';
import { hintsSchema } from './settings/hints.ts';
import { keywordsSchema } from './settings/keywords.ts';
import { lifeSettings } from './settings/life.ts';
import { shownTranscription, transcriptionChange, transcriptionSchema } from './settings/transcription.ts';
import { flowsSchema, triggerSchema } from './settings/trigger.ts';
import { troubleSettings } from './settings/trouble.ts';
import { wordingSettings } from './settings/wording.ts';

/**
 * All settings of an integration: one value whose fields are optional. It is stored as given and read with defaults. Unknown fields are refused.
 * Meaning, unit, range, default and an example are in the schema of each field; `docs/settings.md` is generated from it.
 */
export const settingsSchema = z.strictObject({
  trigger: triggerSchema,
  flows: flowsSchema,
  keywords: keywordsSchema,
  ...lifeSettings,
  ...chatSettings,
  ...wordingSettings,
  hints: hintsSchema,
  transcription: transcriptionSchema,
  ...troubleSettings,
});

export type Settings = z.infer<typeof settingsSchema>;
/** What an operator writes; see `mergeSettings`. */
export type SettingsInput = z.input<typeof settingsSchema>;

export const defaultSettings: Settings = settingsSchema.parse({});

/** Settings that consist of several fields. */
export const settingGroups = [
  'keywords',
  'pause',
  'typing',
  'wait',
  'unmatchedChoice',
  'compat',
  'hints',
  'transcription',
  'resume',
] as const satisfies (keyof SettingsInput)[];

type Group = (typeof settingGroups)[number];

/** A change of existing settings. A group that is null returns to its defaults. */
export type SettingsChange = {
  [Name in keyof Omit<SettingsInput, 'transcription'>]?: SettingsInput[Name] | (Name extends Group ? null : never);
} & { transcription?: z.input<typeof transcriptionChange> };

/** Checks the change only. The merged settings must be checked with `settingsSchema`. */
export const settingsChangeSchema = settingsSchema.extend({
  ...Object.fromEntries(settingGroups.map((name) => [name, settingsSchema.shape[name].nullable()])),
  transcription: transcriptionChange,
});

/** Settings without the secrets. */
export const shownSettingsSchema = settingsSchema.omit({ typebotApiToken: true }).extend({ transcription: shownTranscription });

/** Applies a change field by field, also within groups. Lists, `variables` and `trigger` are replaced as a whole. A group that is null is removed. */
export function mergeSettings(stored: SettingsInput, change: SettingsChange): SettingsInput {
  const merged: Record<string, unknown> = { ...stored };
  for (const [name, value] of Object.entries(change)) {
    if (!isGroup(name)) merged[name] = value;
    else if (value === null) delete merged[name];
    else merged[name] = { ...(merged[name] as object | undefined), ...(value as object) };
  }
  return merged;
}

function isGroup(name: string): name is Group {
  return (settingGroups as readonly string[]).includes(name);
}
