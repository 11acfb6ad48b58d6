import { createLog, readEnv, runUntilSignal } from '@typelane/runtime';
import { startWorker, workerEnv } from './worker.ts';

await runUntilSignal(async () => {
  const { LOG_LEVEL, ...env } = readEnv(workerEnv);
  const log = createLog(LOG_LEVEL);
  const worker = await startWorker({ ...env, log });
  log.info({}, 'worker.started');
  return { ...worker, log };
});
