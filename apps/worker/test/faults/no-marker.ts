import { Redis } from 'ioredis';

/** Preloaded into a worker: a BullMQ that leaves no marker when a job is added. */
Redis.prototype.zcard = () => Promise.resolve(0);
