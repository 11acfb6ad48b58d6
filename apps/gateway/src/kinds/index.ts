import { cloudApi } from './cloud-api/index.ts';
import { evolution } from './evolution/index.ts';
import { generic } from './generic/index.ts';
import type { Kind } from './kind.ts';

/** Every kind of gateway. Adding one is a folder beside these and a line here. */
export const kinds: readonly Kind[] = [cloudApi, generic, evolution];

export function kindOf(name: string): Kind | null {
  return kinds.find((kind) => kind.name === name) ?? null;
}

export { createCall, type Call } from '../call.ts';
export { gatewayURLOf } from '../url.ts';
export { tokenHashOf } from '../signature.ts';
export type { Check, Kind, Registered } from './kind.ts';
