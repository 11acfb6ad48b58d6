import {
  futileIn,
  inputJsonSchema,
  sentencesOf,
  settingsChangeSchema,
  type SettingsChange,
  settingsSchema,
  type SettingsInput,
} from '@typelane/core';
import { patternProblem } from '@typelane/runtime';
import { z } from 'zod';
import { refusal } from '../errors/refusal.ts';
import { typebotURL } from './fields.ts';
import { apiKeyProblem } from './transcription.ts';

/**
 * Settings as the operator writes them. They are checked and stored unchanged, except for slashes at the end of addresses. Defaults are
 * not stored.
 */
export const settingsInput = asWritten<SettingsInput>(settingsSchema);

/** A change of settings names only the fields it changes. What it makes of the others is for `refuseSettings`. */
export const settingsChange = asWritten<SettingsChange>(settingsChangeSchema);

/** Refuses settings that a change has made inconsistent. */
export function refuseSettings(settings: SettingsInput): void {
  const { error } = z.object({ settings: settingsSchema }).safeParse({ settings });
  if (error) throw refusal('INVALID_REQUEST', sentencesOf(error.issues, { settings }, 'The body'));
}

function asWritten<Written extends SettingsInput | SettingsChange>(schema: z.ZodType) {
  return z
    .unknown()
    .transform((value, context): Written => {
      const refuse: Refuse = (path, message) => context.issues.push({ code: 'custom', path, message, input: value });
      const issues = schema.safeParse(value).error?.issues;
      if (!issues) return withoutSlashes(value as Written, refuse);
      for (const issue of issues) context.addIssue({ ...issue, path: [...issue.path] });
      return z.NEVER;
    })
    .meta(inputJsonSchema(schema));
}

/** `message` completes the sentence "`field` must be …". */
type Refuse = (path: PropertyKey[], message: string) => void;

/** Checks what the schema does not: patterns, addresses, and settings that would have no effect. */
function withoutSlashes<Written extends SettingsInput | SettingsChange>(written: Written, refuse: Refuse): Written {
  const { trigger, flows, transcription, typebotApiToken, typebotApiURL } = written;
  for (const { path, expected } of futileIn(written)) refuse(path, expected);
  judgePattern(trigger, ['trigger'], refuse);
  const addressed = flows?.map((flow, index) => {
    judgePattern(flow.trigger, ['flows', index, 'trigger'], refuse);
    return flow.typebotURL === undefined ? flow : { ...flow, typebotURL: address(flow.typebotURL, ['flows', index, 'typebotURL'], refuse) };
  });
  const keyProblem = transcription?.apiKey ? apiKeyProblem(transcription.apiKey) : null;
  if (keyProblem !== null) refuse(['transcription', 'apiKey'], keyProblem);
  const tokenProblem = typebotApiToken ? apiKeyProblem(typebotApiToken) : null;
  if (tokenProblem !== null) refuse(['typebotApiToken'], tokenProblem);
  const apiURL = typebotApiURL ? address(typebotApiURL, ['typebotApiURL'], refuse) : null;
  const url = transcription?.url === undefined ? null : address(transcription.url, ['transcription', 'url'], refuse);
  return {
    ...written,
    ...(addressed && { flows: addressed }),
    ...(url !== null && { transcription: { ...transcription, url } }),
    ...(apiURL !== null && { typebotApiURL: apiURL }),
  };
}

function judgePattern(trigger: SettingsInput['trigger'], path: PropertyKey[], refuse: Refuse): void {
  if (trigger?.type !== 'keyword' || trigger.operator !== 'regex') return;
  const problem = patternProblem(trigger.value);
  if (problem !== null) refuse([...path, 'value'], problem);
}

function address(url: string, path: PropertyKey[], refuse: Refuse): string {
  const { data, error } = typebotURL.safeParse(url);
  for (const { message } of error?.issues ?? []) refuse(path, message);
  return data ?? url;
}
