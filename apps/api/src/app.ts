import { randomUUID } from 'node:crypto';
import { fastify, type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { serializerCompiler } from 'fastify-type-provider-zod';
import { guard } from './access/gate.ts';
import type { ApiContext } from './context.ts';
import { answerError, answerNoHttp } from './errors/answer.ts';
import { refusal } from './errors/refusal.ts';
import { registerHealth } from './health.ts';
import { describeRoutes, registerDocs } from './openapi/register.ts';
import { bodySizeBytesMax, register } from './register.ts';
import { readJsonBodies } from './requests/json-body.ts';
import { validatorCompiler } from './requests/validation.ts';
import { endpoints } from './routes/index.ts';
import { registerMediaFile } from './routes/media-file.ts';

/** The API without a port: all its routes, ready for requests. The caller owns the context and closes it. */
export async function createApp(context: ApiContext): Promise<FastifyInstance> {
  const onError = (error: FastifyError, _request: FastifyRequest, reply: FastifyReply) => answerError(error, reply, context.log);
  const app = fastify({
    // One line a request is written below; Fastify's own would carry addresses and phone numbers.
    logger: false,
    genReqId: () => randomUUID(),
    bodyLimit: bodySizeBytesMax,
    // While stopping, requests on open connections are still served: `/readyz` already fails, so the balancer sends no new ones.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // Ids of 200 characters, percent-encoded.
    routerOptions: { maxParamLength: 200 * 12 },
    frameworkErrors: onError,
    clientErrorHandler: (_error, socket) => answerNoHttp(socket),
  });
  readJsonBodies(app);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(onError);
  app.setNotFoundHandler(() => {
    throw refusal('ROUTE_NOT_FOUND');
  });
  observe(app, context);
  guard(app, context);
  await describeRoutes(app);
  registerHealth(app, context);
  registerMediaFile(app, context);
  for (const route of endpoints) register(app, context, route);
  await registerDocs(app);
  return app;
}

/** The canonical line of a request: the route, never the path or query, which name contacts. */
function observe(app: FastifyInstance, { log, isDraining }: ApiContext): void {
  app.addHook('onRequest', async (request, reply) => {
    void reply.header('x-request-id', request.id);
    // A connection that is kept alive would outlive the balancer's decision to send elsewhere.
    if (isDraining()) void reply.header('connection', 'close');
  });
  app.addHook('onResponse', async (request, reply) => {
    const { method, id: requestId } = request;
    const route = request.routeOptions.url ?? null;
    const level = route === '/livez' || route === '/readyz' ? 'debug' : 'info';
    log[level]({ requestId, method, route, statusCode: reply.statusCode, durationMs: Math.round(reply.elapsedTime) }, 'request.done');
  });
}
