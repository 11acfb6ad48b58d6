import { type Settings, settingsSchema, shownSettingsSchema } from '@typelane/core';
import type { IntegrationRecord } from '@typelane/db';
import { z } from 'zod';

export const integrationSchema = z
  .object({
    typebotIntegrationId: z.uuid(),
    instanceInstanceId: z.string(),
    publicId: z.string(),
    typebotURL: z.string(),
    enabled: z.boolean(),
    settings: shownSettingsSchema.describe(
      'Every setting as it holds now: what was chosen, and the defaults of the rest. Secrets are left out.',
    ),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Integration' });

export function integrationOf(record: IntegrationRecord): z.infer<typeof integrationSchema> {
  const { typebotIntegrationId, instanceId, publicId, typebotURL, enabled, settings, createdAt, updatedAt } = record;
  return {
    typebotIntegrationId,
    instanceInstanceId: instanceId,
    publicId,
    typebotURL,
    enabled,
    settings: shown(settingsSchema.parse(settings)),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

function shown(settings: Settings): z.infer<typeof shownSettingsSchema> {
  if (settings.transcription === null) return { ...settings, transcription: null };
  const { apiKey: _secret, ...transcription } = settings.transcription;
  return { ...settings, transcription };
}
