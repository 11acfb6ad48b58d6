export { startWorker, workerEnv, type WorkerOptions } from './worker.ts';
