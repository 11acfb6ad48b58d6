import { demoPublicId, type DemoTypebot } from './demo-typebot.ts';

/** The instance that `npm run chat` writes to by default. */
export const demoInstanceId = 'demo';

/** Registers the demo instance with the demo bot through the API, as anybody would. */
export async function registerDemo(apiUrl: string, operatorToken: string, demo: DemoTypebot): Promise<void> {
  const url = `${apiUrl}/api/v2/instance/${demoInstanceId}/typebot-integration`;
  // The demo's sessions live in its memory: after a restart they are gone, and so is its address.
  const integration = { publicId: demoPublicId, typebotURL: demo.url, settings: { onUpdate: 'restart' } };
  const created = await call('POST', url, operatorToken, { ...integration, instanceName: 'Demo' });
  if (created.status === 201) return;
  const updated = created.status === 409 ? await call('PUT', url, operatorToken, integration) : created;
  if (updated.status !== 201) throw new Error(`The demo could not be registered: ${updated.status} ${await updated.text()}`);
}

function call(method: string, url: string, token: string, body: unknown): Promise<Response> {
  return fetch(url, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}
