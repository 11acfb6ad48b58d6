import { createLog, createSealer, readEnv, runUntilSignal } from '@typelane/runtime';
import { startWorker, workerEnv } from './worker.ts';

await runUntilSignal(async () => {
  const { LOG_LEVEL, SECRET_KEY, ...env } = readEnv(workerEnv);
  const log = createLog(LOG_LEVEL);
  const worker = await startWorker({ ...env, sealer: createSealer(SECRET_KEY), log });
  log.info({}, 'worker.started');
  return { ...worker, log };
});
