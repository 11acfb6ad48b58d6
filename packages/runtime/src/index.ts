export * from './egress.ts';
export * from './env.ts';
export * from './lease.ts';
export * from './log.ts';
export * from './queues.ts';
export * from './run.ts';
export * from './secrets.ts';
