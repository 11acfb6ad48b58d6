export { closeInTime } from './close-in-time.ts';
export * from './egress.ts';
export * from './env.ts';
export {
  createHttpClient,
  type Evidence,
  type HttpClient,
  type HttpFailure,
  type HttpLimits,
  type HttpRequest,
  type Opened,
} from './http-client.ts';
export * from './lease.ts';
export * from './log.ts';
export * from './media-plan.ts';
export * from './pattern.ts';
export * from './queues.ts';
export * from './run.ts';
export { createSealer, deriveKey, SealError, type Sealer } from './secrets.ts';
export { checkDatabase, checkMediaFolder, checkRedis, listenFailure } from './startup-checks.ts';
