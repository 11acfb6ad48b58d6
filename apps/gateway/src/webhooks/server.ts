import { fastify, type FastifyInstance, type FastifyRequest } from 'fastify';
import type { Call } from '../call.ts';
import { kinds, kindOf } from '../kinds/index.ts';
import type { MediaLinks } from '../media-links.ts';
import { receive, type ReceivePorts } from './receive.ts';

export type ServerPorts = ReceivePorts & { call: Call; links: MediaLinks };

const bodySizeBytesMax = Math.max(...kinds.map((kind) => kind.bodySizeBytesMax));

/** The HTTP side: webhooks, files that still lie at a gateway, health and counts. Gateways may add to the end of their path. */
export function createServer(ports: ServerPorts): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: bodySizeBytesMax,
    routerOptions: { maxParamLength: 4_000 },
    forceCloseConnections: 'idle',
  });
  // Signatures are over bytes, so no parser touches them.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler(async (error: { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status === 413) ports.counts.add('webhooks', kindNameOf(request), 'too_large');
    if (status >= 500) ports.log.error({ err: error }, 'webhook.failed');
    return reply
      .code(status >= 500 ? 503 : status)
      .send({ error: status === 413 ? 'The body is too large' : 'The request cannot be served' });
  });

  const onWebhook = async (request: FastifyRequest<{ Params: { kind: string; token: string } }>) => {
    const { kind, token } = request.params;
    const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, value?.toString()]));
    return receive(kindOf(kind) === null ? 'unknown' : kind, token, { headers, raw, nowMs: Date.now() }, ports);
  };
  for (const url of ['/gateway/:kind/:token', '/gateway/:kind/:token/*']) {
    app.post<{ Params: { kind: string; token: string } }>(url, async (request, reply) => {
      const { status, outcome } = await onWebhook(request);
      if (status === 503) reply.header('retry-after', '5');
      return reply.code(status).send(status === 200 ? { status: 'ok' } : { error: sentences[outcome] ?? 'The request cannot be served' });
    });
  }
  app.get<{ Params: { kind: string; token: string } }>('/gateway/:kind/:token', async (request, reply) => {
    const channel = await ports.channels.ofToken(request.params.token);
    const query = new URLSearchParams(request.url.split('?')[1] ?? '');
    const challenge = channel?.kind.name === request.params.kind ? (channel.kind.handshake?.(query, channel.settings) ?? null) : null;
    return challenge === null ? reply.code(403).send({ error: 'Not the agreed token' }) : reply.type('text/plain').send(challenge);
  });
  app.get<{ Params: { sealed: string } }>('/gateway-media/:sealed', async (request, reply) => {
    const link = ports.links.read(request.params.sealed);
    const channel = link && (await ports.channels.ofInstance(link.instanceId));
    const file = link && channel && (await channel.kind.media?.(link.reference, channel, ports.call));
    if (!file) return reply.code(404).send({ error: 'There is no such file' });
    if (file.type === 'failed') return reply.code(502).send({ error: `The gateway did not give the file: ${file.reason}` });
    return reply
      .headers({ 'x-content-type-options': 'nosniff', 'content-disposition': 'attachment' })
      .type(file.mimeType ?? 'application/octet-stream')
      .send(file.bytes);
  });
  app.get('/livez', async () => ({ status: 'ok' }));
  app.get('/metrics', async (_request, reply) => reply.type('text/plain; version=0.0.4').send(ports.counts.text()));
  return app;
}

const sentences: Record<string, string> = {
  unknown_token: 'No channel has this address',
  bad_signature: 'The signature is missing or is not of this channel',
  publish_failed: 'The event could not be kept; send it again',
  database_away: 'The channel could not be looked up; send it again',
};

function kindNameOf(request: FastifyRequest): string {
  const { kind = '' } = (request.params ?? {}) as { kind?: string };
  return kindOf(kind) === null ? 'unknown' : kind;
}
