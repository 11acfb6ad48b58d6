import type { TestApi } from './api.ts';

/** A business with an instance, its bot, and a token of each scope. */
export type TestTenant = {
  businessId: string;
  instanceId: string;
  /** Path of the instance's integration. */
  integration: string;
  tokens: { business: string; instance: string };
  keyIds: { business: string; instance: string };
};

export async function createTenant(api: TestApi, name: string): Promise<TestTenant> {
  const businessId = `business ${name}`;
  const instanceId = `instance ${name}`;
  const integration = `/api/v2/instance/${encodeURIComponent(instanceId)}/typebot-integration`;
  const business = `/api/v2/business/${encodeURIComponent(businessId)}`;
  await api.ask('POST', '/api/v2/admin/business', { body: { businessId, name } });
  await api.ask('POST', `${business}/instance`, { body: { instanceId, instanceName: name } });
  await api.ask('POST', integration, { body: { publicId: `bot-of-${name}` } });
  const ofBusiness = (await api.ask('POST', `${business}/token`, { body: { name } })).body;
  const ofInstance = (await api.ask('POST', `${business}/instance/${encodeURIComponent(instanceId)}/token`, { body: { name } })).body;
  return {
    businessId,
    instanceId,
    integration,
    tokens: { business: ofBusiness.token, instance: ofInstance.token },
    keyIds: { business: ofBusiness.keyId, instance: ofInstance.keyId },
  };
}

let chats = 0;

/** A chat nobody has used. */
export function freshChat(): string {
  chats += 1;
  return `55319${String(chats).padStart(8, '0')}@s.whatsapp.net`;
}
