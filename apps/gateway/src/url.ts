import type { Env } from '@typelane/runtime';

/** Where gateways reach this process. */
export function gatewayURLOf({ GATEWAY_URL, HOST }: Pick<Env, 'GATEWAY_URL' | 'HOST'>, port: number): string {
  return GATEWAY_URL ?? `http://${HOST === '0.0.0.0' ? '127.0.0.1' : HOST}:${port}`;
}
