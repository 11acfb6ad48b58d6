import { createApp } from '../app.ts';
import type { ApiContext } from '../context.ts';

/** The OpenAPI document without a running API, for `docs/contracts` and the linters. Routes touch their context only when they are asked. */
export async function apiDocument(): Promise<object> {
  const app = await createApp({} as ApiContext);
  await app.ready();
  const document = app.swagger();
  await app.close();
  return document;
}
