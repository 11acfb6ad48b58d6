export { workerEnv, type WorkerOptions } from './options.ts';
export { startWorker } from './worker.ts';
