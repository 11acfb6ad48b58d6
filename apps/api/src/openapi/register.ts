import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { createJsonSchemaTransform, createJsonSchemaTransformObject } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Access } from '../access/gate.ts';
import { endpoints } from '../routes/index.ts';
import { completeDocument, type Document } from './complete.ts';

/** Collects the schemas of the routes that are registered afterwards. */
export async function describeRoutes(app: FastifyInstance): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Typelane',
        version: '2.0.0',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
        description: 'Puts Typebot bots on WhatsApp numbers. Errors have one shape; their `code` is stable.',
      },
      servers: [{ url: '/', description: 'The API that serves this document.' }],
      components: {
        securitySchemes: { bearer: { type: 'http', scheme: 'bearer' }, apikey: { type: 'apiKey', in: 'header', name: 'apikey' } },
      },
      security: [{ bearer: [] }, { apikey: [] }],
    },
    transform: createJsonSchemaTransform({ zodToJsonConfig }),
    transformObject: (given) => completeDocument(completeSchemas(given) as unknown as Document, endpoints) as never,
  });
}

/** Answers may carry more fields one day: a document that forbids them would break those who check against it. */
const zodToJsonConfig = {
  override({ zodSchema, jsonSchema }: { zodSchema: unknown; jsonSchema: { additionalProperties?: unknown } }): void {
    if (zodSchema instanceof z.ZodObject && zodSchema.def.catchall === undefined) delete jsonSchema.additionalProperties;
  },
};

const completeSchemas = createJsonSchemaTransformObject({ zodToJsonConfig });

/** `/openapi.json` and `/docs`: both open, since they say what the source says. */
export async function registerDocs(app: FastifyInstance): Promise<void> {
  app.route<object, { access: Access }>({
    method: 'GET',
    url: '/openapi.json',
    config: { access: 'open' },
    schema: { hide: true },
    handler: async (_request, reply) => reply.serializer(JSON.stringify).type('application/json; charset=utf-8').send(app.swagger()),
  });
  await app.register(async (docs) => {
    docs.addHook('onRoute', (route) => {
      route.config = { ...route.config, ...({ access: 'open' satisfies Access } as object) };
    });
    await docs.register(swaggerUi, { routePrefix: '/docs', staticCSP: true });
  });
}
