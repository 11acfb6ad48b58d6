import { settingsSchema } from '@typelane/core';
import type { IntegrationRecord } from '@typelane/db';
import { z } from 'zod';

export const integrationSchema = z
  .object({
    typebotIntegrationId: z.uuid(),
    instanceInstanceId: z.string(),
    publicId: z.string(),
    typebotURL: z.string(),
    enabled: z.boolean(),
    settings: settingsSchema.describe('Every setting as it holds now: what was chosen, and the defaults of the rest.'),
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
    settings: settingsSchema.parse(settings),
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}
