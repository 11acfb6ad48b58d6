import { createLog, readEnv, runUntilSignal } from '@typelane/runtime';
import { gatewayEnv, startGateway } from './gateway.ts';

await runUntilSignal(async () => {
  const { LOG_LEVEL, ...env } = readEnv(gatewayEnv);
  const log = createLog(LOG_LEVEL);
  const gateway = await startGateway({ ...env, log });
  log.info({ url: gateway.url }, 'gateway.started');
  return { ...gateway, log };
});
