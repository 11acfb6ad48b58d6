import { randomBytes } from 'node:crypto';
import {
  changeWebhook,
  createWebhook,
  findInstance,
  findWebhook,
  listDeliveries,
  listWebhooks,
  orderPing,
  removeWebhook,
  sealedAbout,
} from '@typelane/db';
import { z } from 'zod';
import { deliveryOf, deliverySchema, webhookOf, webhookSchema, webhookWithSecretSchema } from '../answers/webhook.ts';
import { endpoint } from '../endpoint.ts';
import { refusal } from '../errors/refusal.ts';
import { refusePrivateUrls } from '../requests/egress.ts';
import { newestFirst, newestOf, page } from '../requests/paging.ts';
import { webhookTypes, webhookURL } from '../requests/webhook.ts';
import { instanceParams, webhookParams, webhooksPath } from './paths.ts';

const about = { tag: 'Webhooks', scope: 'instance' } as const;
const ofAll = { ...about, path: webhooksPath, params: instanceParams } as const;
const ofOne = { ...about, path: `${webhooksPath}/:webhookId`, params: webhookParams } as const;

const create = endpoint({
  ...ofAll,
  method: 'POST',
  name: 'createWebhook',
  summary: 'Adds a webhook that receives the session events of an instance.',
  description: 'Deliveries are signed by Standard Webhooks with the secret of the answer. It is shown this once.',
  body: z.strictObject({ url: webhookURL, types: webhookTypes.default([]), enabled: z.boolean().default(true) }),
  answers: { 201: { description: 'Created.', schema: webhookWithSecretSchema } },
  refusals: ['INSTANCE_NOT_FOUND', 'TOO_MANY_WEBHOOKS'],
  async handle({ context, tenant, newId: webhookId, params: { instanceId }, body }) {
    refusePrivateUrls(context, [{ field: 'url', url: body.url }]);
    const secret = freshSecret();
    const sealed = context.sealer.seal(secret, sealedAbout(webhookId));
    const created = await createWebhook(context.database, tenant, { ...body, instanceId, webhookId, secret: sealed });
    switch (created.type) {
      case 'created':
        return { status: 201, body: { ...webhookOf(created.webhook), secret } };
      case 'unreachable':
        throw refusal('INSTANCE_NOT_FOUND');
      case 'too_many':
        throw refusal('TOO_MANY_WEBHOOKS');
    }
  },
});

const list = endpoint({
  ...ofAll,
  method: 'GET',
  name: 'listWebhooks',
  summary: 'The webhooks of an instance, oldest first.',
  answers: { 200: { description: 'All of them.', schema: z.array(webhookSchema) } },
  refusals: ['INSTANCE_NOT_FOUND'],
  async handle({ context: { database }, tenant, params: { instanceId } }) {
    if (!(await findInstance(database, tenant, instanceId))) throw refusal('INSTANCE_NOT_FOUND');
    return { status: 200, body: (await listWebhooks(database, tenant, instanceId)).map(webhookOf) };
  },
});

const show = endpoint({
  ...ofOne,
  method: 'GET',
  name: 'showWebhook',
  summary: 'A webhook, and whether it works.',
  answers: { 200: { description: 'The webhook.', schema: webhookSchema } },
  refusals: ['WEBHOOK_NOT_FOUND'],
  async handle({ context: { database }, tenant, params }) {
    const found = await findWebhook(database, tenant, params);
    if (!found) throw refusal('WEBHOOK_NOT_FOUND');
    return { status: 200, body: webhookOf(found) };
  },
});

const change = endpoint({
  ...ofOne,
  method: 'PUT',
  name: 'changeWebhook',
  summary: 'Changes what is named and leaves the rest.',
  description:
    'Switched off, it receives nothing, and its pending deliveries are given up. Switched on again, its past failures no longer count.',
  body: z.strictObject({ url: webhookURL.optional(), types: webhookTypes.optional(), enabled: z.boolean().optional() }),
  answers: { 200: { description: 'Changed.', schema: webhookSchema } },
  refusals: ['WEBHOOK_NOT_FOUND'],
  async handle({ context, tenant, params, body: { url, types, enabled } }) {
    refusePrivateUrls(context, [{ field: 'url', url }]);
    const given = { ...(url !== undefined && { url }), ...(types && { types }), ...(enabled !== undefined && { enabled }) };
    const changed = await changeWebhook(context.database, tenant, params, given);
    if (!changed) throw refusal('WEBHOOK_NOT_FOUND');
    return { status: 200, body: webhookOf(changed) };
  },
});

const remove = endpoint({
  ...ofOne,
  method: 'DELETE',
  name: 'removeWebhook',
  summary: 'Removes a webhook and its pending deliveries.',
  answers: { 200: { description: 'The webhook as it was.', schema: webhookSchema } },
  refusals: ['WEBHOOK_NOT_FOUND'],
  async handle({ context: { database }, tenant, params }) {
    const removed = await removeWebhook(database, tenant, params);
    if (!removed) throw refusal('WEBHOOK_NOT_FOUND');
    return { status: 200, body: webhookOf(removed) };
  },
});

const rotate = endpoint({
  ...ofOne,
  method: 'POST',
  path: `${ofOne.path}/secret`,
  name: 'rotateWebhookSecret',
  summary: 'Makes a new secret. It is shown this once, and signs from the next attempt on.',
  description: 'So that no delivery is refused meanwhile, let the receiver take either secret for a moment: a refused one is tried again.',
  answers: { 200: { description: 'The webhook with its new secret.', schema: webhookWithSecretSchema } },
  refusals: ['WEBHOOK_NOT_FOUND'],
  async handle({ context, tenant, params }) {
    const secret = freshSecret();
    const sealed = context.sealer.seal(secret, sealedAbout(params.webhookId));
    const changed = await changeWebhook(context.database, tenant, params, { secret: sealed });
    if (!changed) throw refusal('WEBHOOK_NOT_FOUND');
    return { status: 200, body: { ...webhookOf(changed), secret } };
  },
});

const test = endpoint({
  ...ofOne,
  method: 'POST',
  path: `${ofOne.path}/test`,
  name: 'testWebhook',
  summary: 'Orders a `ping`, also for a webhook that is off.',
  description: 'It is made once, in a second or two; the list of deliveries says how it went.',
  answers: { 202: { description: 'Ordered.', schema: deliverySchema } },
  refusals: ['WEBHOOK_NOT_FOUND'],
  async handle({ context: { database }, tenant, params }) {
    const found = await findWebhook(database, tenant, params);
    if (!found) throw refusal('WEBHOOK_NOT_FOUND');
    return { status: 202, body: deliveryOf(await orderPing(database, found)) };
  },
});

const deliveries = endpoint({
  ...ofOne,
  method: 'GET',
  path: `${ofOne.path}/delivery`,
  name: 'listDeliveries',
  summary: 'What was delivered to a webhook in the last 30 days, waits or was given up, newest first.',
  query: z.strictObject(newestFirst(z.uuid())),
  answers: { 200: { description: 'A page of it. The `Link` header leads to the next.', schema: z.array(deliverySchema) } },
  refusals: ['WEBHOOK_NOT_FOUND'],
  async handle({ context: { database }, tenant, params, query, url }) {
    const found = await findWebhook(database, tenant, params);
    if (!found) throw refusal('WEBHOOK_NOT_FOUND');
    const read = await listDeliveries(database, found, newestOf(query));
    const { rows, headers } = page(read, query.limit, url, (last) => [last.createdAt.toISOString(), last.sessionEventId]);
    return { status: 200, body: rows.map(deliveryOf), headers };
  },
});

export const webhookEndpoints = [create, list, show, change, remove, rotate, test, deliveries];

/** 256 bits, as Standard Webhooks writes them. */
function freshSecret(): string {
  return `whsec_${randomBytes(32).toString('base64')}`;
}
