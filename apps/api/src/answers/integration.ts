import { secretSettings, secretsIn, settingsSchema, shownSettingsSchema, withoutSecrets } from '@typelane/core';
import type { IntegrationRecord } from '@typelane/db';
import { z } from 'zod';

export const integrationSchema = z
  .object({
    typebotIntegrationId: z.uuid(),
    instanceId: z.string(),
    instanceInstanceId: z.string().describe('The same as `instanceId`.'),
    publicId: z.string(),
    typebotURL: z.string(),
    enabled: z.boolean(),
    settings: shownSettingsSchema.describe(
      'Every setting as it holds now: what was chosen, and the defaults of the rest. Secrets are left out, so that it can be written back and keeps them.',
    ),
    secretsSet: z.array(z.enum(secretSettings)).describe('The secrets that are set, which are never shown.'),
    createdAt: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .meta({ id: 'Integration' });

export function integrationOf(record: IntegrationRecord): z.infer<typeof integrationSchema> {
  const { typebotIntegrationId, instanceId, publicId, typebotURL, enabled, settings, createdAt, updatedAt } = record;
  const read = settingsSchema.parse(settings);
  return {
    typebotIntegrationId,
    instanceId,
    instanceInstanceId: instanceId,
    publicId,
    typebotURL,
    enabled,
    settings: withoutSecrets(read) as z.infer<typeof shownSettingsSchema>,
    secretsSet: secretsIn(read),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
