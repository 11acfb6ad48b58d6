import { checkRedis, ConfigurationError, createLog, readEnv, runUntilSignal } from '@typelane/runtime';
import { apiEnv, startApi } from './server.ts';

await runUntilSignal(async () => {
  const { LOG_LEVEL, OPERATOR_TOKEN, ...env } = readEnv(apiEnv);
  if (OPERATOR_TOKEN === undefined)
    throw new ConfigurationError('OPERATOR_TOKEN is required: the token that may do everything, at least 16 characters');
  const log = createLog(LOG_LEVEL);
  await checkRedis(env.REDIS_URL, (warning) => log.warn({ warning }, 'redis.check'));
  const api = await startApi({ ...env, OPERATOR_TOKEN, log });
  log.info({ url: api.url }, 'api.started');
  return { ...api, log };
});
