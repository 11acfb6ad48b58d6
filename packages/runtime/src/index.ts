export * from './egress.ts';
export * from './env.ts';
export * from './lease.ts';
export * from './log.ts';
export * from './media-plan.ts';
export * from './pattern.ts';
export * from './queues.ts';
export * from './run.ts';
export { createSealer, deriveKey, SealError, type Sealer } from './secrets.ts';
