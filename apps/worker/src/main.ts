import { checkMediaFolder, checkRedis, createLog, mediaPlanOf, readEnv, runUntilSignal } from '@typelane/runtime';
import { startWorker, workerEnv } from './worker.ts';

await runUntilSignal(async () => {
  const { LOG_LEVEL, ...env } = readEnv(workerEnv);
  const log = createLog(LOG_LEVEL);
  await checkMediaFolder(mediaPlanOf(env).place, env.MEDIA_DIR !== undefined);
  await checkRedis(env.REDIS_URL, (warning) => log.warn({ warning }, 'redis.check'));
  const worker = await startWorker({ ...env, log });
  log.info({}, 'worker.started');
  return { ...worker, log };
});
