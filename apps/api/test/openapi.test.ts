import { afterAll, expect, test } from 'vitest';
import { refusalsOf } from '../src/register.ts';
import { endpoints } from '../src/routes/index.ts';
import { startTestApi } from './support/api.ts';

const api = await startTestApi();
afterAll(() => api.stop());
const document = (await api.ask('GET', '/openapi.json', { token: null })).body;

const operation = (path: string, method: string): ReturnType<typeof JSON.parse> =>
  document.paths[path.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];

test.each(endpoints.map((route) => [route.name, route] as const))('%s is there with its body, query, and every answer', (_name, route) => {
  const described = operation(route.path, route.method);
  expect(described.operationId).toBe(route.name);
  const statuses = [...Object.keys(route.answers), ...[...refusalsOf(route).keys()].map(String)];
  expect(Object.keys(described.responses).toSorted()).toEqual(statuses.toSorted());
  expect(described.requestBody !== undefined).toBe(route.body !== undefined);
  const parameters = (described.parameters ?? []).map(({ in: place, name }: { in: string; name: string }) => `${place} ${name}`);
  const expected = [...route.path.matchAll(/:(\w+)/g)].map(([, name]) => `path ${name}`);
  expect(parameters).toEqual(expect.arrayContaining(expected));
});

test('no path is there that nobody serves', async () => {
  const known = new Set(endpoints.map(({ path }) => path.replaceAll(/:(\w+)/g, '{$1}')));
  expect(
    Object.keys(document.paths)
      .filter((path) => !known.has(path))
      .toSorted(),
  ).toEqual(['/livez', '/media/{mediaId}/{signature}/{fileName}', '/readyz']);
});

test('the limit of a list is a number with its range and default', () => {
  const { parameters } = operation('/api/v2/instance/:instanceId/typebot-integration/session', 'GET');
  expect(parameters.find(({ name }: { name: string }) => name === 'limit')).toMatchObject({
    in: 'query',
    required: false,
    description: 'Default 100.',
    schema: { type: 'integer', minimum: 1, maximum: 500 },
  });
});

test('a file is uploaded as its bytes and opened without a token', () => {
  const { requestBody } = operation('/api/v2/instance/:instanceId/media', 'POST');
  expect(requestBody.content).toMatchObject({ 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } });
  const opened = operation('/media/:mediaId/:signature/:fileName', 'GET');
  expect(opened.security).toEqual([]);
  expect(Object.keys(opened.responses).toSorted()).toEqual(['200', '206', '404', '416']);
});

test('the settings are there field by field', () => {
  const { requestBody } = operation('/api/v2/instance/:instanceId/typebot-integration', 'PUT');
  const { settings } = requestBody.content['application/json'].schema.properties;
  expect(settings.properties).toMatchObject({
    staleAfterMinutes: { type: 'integer', default: 10 },
    onUpdate: { enum: ['keep', 'restart'] },
  });
  expect(settings.additionalProperties).toBe(false);
});

test('each setting says what it does, its unit and an example', () => {
  const { requestBody } = operation('/api/v2/instance/:instanceId/typebot-integration', 'POST');
  const { staleAfterMinutes, keywords } = requestBody.content['application/json'].schema.properties.settings.properties;
  expect(staleAfterMinutes).toMatchObject({
    description: expect.any(String),
    'x-unit': 'minutes',
    minimum: 0,
    maximum: 10_080,
    examples: [30],
  });
  expect(keywords.properties.finish).toMatchObject({ description: expect.any(String), examples: [expect.any(Array)], default: [] });
});

test('answers may carry more fields one day, and the document does not forbid them', () => {
  for (const name of ['Integration', 'Session', 'Error']) expect(document.components.schemas[name].additionalProperties).toBeUndefined();
});

test('every reference leads somewhere', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name ?? '');
  expect(references.length).toBeGreaterThan(0);
  expect(references.filter((name) => !Object.hasOwn(document.components.schemas, name))).toEqual([]);
});

test('both ways to give a token are there, and health needs none', () => {
  expect(document.security).toEqual([{ bearer: [] }, { apikey: [] }]);
  expect(operation('/livez', 'GET').security).toEqual([]);
});

test('/docs shows the document', async () => {
  const page = await api.ask('GET', '/docs', { token: null });
  expect(page.status).toBe(200);
  expect(page.text).toContain('swagger-ui');
  const spec = await api.ask('GET', '/docs/json', { token: null });
  expect(spec.body.paths).toEqual(document.paths);
});
