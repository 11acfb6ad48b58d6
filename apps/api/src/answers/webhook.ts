import { sessionEventTypes } from '@typelane/core';
import type { DeliveryRecord, WebhookRecord } from '@typelane/db';
import { z } from 'zod';

const fields = {
  webhookId: z.uuid(),
  instanceId: z.string(),
  url: z.string(),
  types: z.array(z.enum(sessionEventTypes)).describe('The types of events it receives. Empty: all.'),
  enabled: z.boolean(),
  failingSince: z.iso.datetime().nullable().describe('Since when nothing could be delivered. Null: it works, or has not been tried.'),
  disabledReason: z
    .string()
    .nullable()
    .describe('Why it was switched off for you: `gone` (it answered 410) or `failing` (nothing could be delivered for five days).'),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
};

export const webhookSchema = z.object(fields).meta({ id: 'Webhook' });

export const webhookWithSecretSchema = z
  .object({ ...fields, secret: z.string().describe('`whsec_` and base64: what deliveries are signed with. Shown this once.') })
  .meta({ id: 'WebhookWithSecret' });

export const deliverySchema = z
  .object({
    sessionEventId: z.uuid().describe('The `webhook-id` of the request.'),
    type: z.enum([...sessionEventTypes, 'ping']),
    status: z.enum(['waiting', 'delivered', 'givenUp']),
    attempts: z.int(),
    failure: z
      .string()
      .nullable()
      .describe(
        'What the last attempt met, such as `http_500`, `timeout`, `econnrefused`, `not_public_address`. Null: nothing yet, or it was delivered.',
      ),
    createdAt: z.iso.datetime(),
    nextAt: z.iso.datetime().nullable().describe('When the next attempt is made. Null: there is none.'),
    deliveredAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'WebhookDelivery' });

export function webhookOf(record: WebhookRecord): z.infer<typeof webhookSchema> {
  const { webhookId, instanceId, url, types, enabled, failingSince, disabledReason, createdAt, updatedAt } = record;
  return {
    webhookId,
    instanceId,
    url,
    types,
    enabled,
    failingSince: failingSince?.toISOString() ?? null,
    disabledReason,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

export function deliveryOf(record: DeliveryRecord): z.infer<typeof deliverySchema> {
  const { sessionEventId, type, attempts, failure, createdAt, nextAt, deliveredAt } = record;
  return {
    sessionEventId,
    // Nothing else is ever written there.
    type: type as z.infer<typeof deliverySchema>['type'],
    status: deliveredAt ? 'delivered' : nextAt ? 'waiting' : 'givenUp',
    attempts,
    failure,
    createdAt: createdAt.toISOString(),
    nextAt: nextAt?.toISOString() ?? null,
    deliveredAt: deliveredAt?.toISOString() ?? null,
  };
}
