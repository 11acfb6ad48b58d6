import type { Tenant } from '@typelane/db';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ApiContext } from '../context.ts';
import type { Scope } from '../endpoint.ts';
import { refusal } from '../errors/refusal.ts';
import { authenticate } from './authenticate.ts';

/** Declared by every route. `open`: no token is required. */
export type Access = Scope | 'open';

const rank: Record<Scope, number> = { instance: 0, business: 1, admin: 2 };

/**
 * Lets requests through by what their route declares, before anything of the body is read. What the path looks like plays no
 * part. A route that declares nothing keeps the app from starting.
 */
export function guard(app: FastifyInstance, context: ApiContext): void {
  const routes: { url: string; config?: object }[] = [];
  app.addHook('onRoute', (route) => void routes.push(route));
  app.addHook('onReady', async () => {
    const undeclared = routes.filter(({ config }) => accessOf(config) === undefined).map(({ url }) => url);
    if (undeclared.length > 0) throw new Error(`Every route must declare its access, but these do not: ${undeclared.join(', ')}`);
  });
  app.decorateRequest('tenant', null);
  app.addHook('onRequest', async (request) => {
    if (request.is404) return;
    const access = accessOf(request.routeOptions.config);
    if (access === 'open') return;
    const tenant = await authenticate(context, request.headers);
    if (access === undefined || rank[tenant.scope] < rank[access])
      throw refusal('SCOPE_TOO_SMALL', access && [sentence(access, tenant.scope)]);
    request.setDecorator('tenant', tenant);
  });
}

/** Only for routes that ask for a token. */
export function tenantOf(request: FastifyRequest): Tenant {
  const tenant = request.getDecorator<Tenant | null>('tenant');
  if (tenant === null) throw new Error('A route without a token asked for its tenant');
  return tenant;
}

function accessOf(config: object | undefined): Access | undefined {
  return config && 'access' in config ? (config.access as Access) : undefined;
}

function sentence(expected: Scope, came: Scope): string {
  return `This needs a token of scope \`${expected}\`${expected === 'admin' ? '' : ' or higher'}, but the scope of yours is \`${came}\``;
}
