// What only works inside a vitest run, since it asks vitest for the servers it started.
export { databaseForTest } from './database.ts';
export { redisForTest } from './redis.ts';
