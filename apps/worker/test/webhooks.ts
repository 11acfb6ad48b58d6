import { randomBytes, randomUUID } from 'node:crypto';
import type { SessionEventType } from '@typelane/core';
import { createWebhook, findWebhook, listDeliveries, sealedAbout, type WebhookRecord } from '@typelane/db';
import { createSealer } from '@typelane/runtime';
import type { Pipeline } from './harness.ts';
import type { Receiver } from './receiver.ts';

type Wanted = { instanceId: string; path: string; types?: SessionEventType[]; enabled?: boolean; url?: string };

/** Creates a webhook as the API does. The receiver knows its secret. */
export async function addWebhook(pipeline: Pipeline, receiver: Receiver, wanted: Wanted): Promise<WebhookRecord> {
  const { instanceId, path, types = [], enabled = true, url = `${receiver.url}${path}` } = wanted;
  const webhookId = randomUUID();
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  receiver.trust(path, secret);
  const sealed = createSealer(pipeline.env.SECRET_KEY).seal(secret, sealedAbout(webhookId));
  const created = await createWebhook(
    pipeline.database,
    { scope: 'admin' },
    { instanceId, webhookId, url, types, enabled, secret: sealed },
  );
  if (created.type !== 'created') throw new Error(`Expected a webhook, got ${created.type}`);
  return created.webhook;
}

export async function webhookNow(pipeline: Pipeline, { instanceId, webhookId }: WebhookRecord): Promise<WebhookRecord> {
  const found = await findWebhook(pipeline.database, { scope: 'admin' }, { instanceId, webhookId });
  if (!found) throw new Error('The webhook is gone');
  return found;
}

/** The newest first. */
export function deliveriesOf(pipeline: Pipeline, webhook: WebhookRecord) {
  return listDeliveries(pipeline.database, webhook, { limit: 500, after: null });
}
