import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../test/held.ts';
import { freePort } from '../free-port.ts';
import { openServerLog } from '../server-log.ts';
import { findNativeRedis, startNativeRedis } from './native-redis.ts';

const program = await findNativeRedis('redis-server');

test.runIf(program)('a program that took the port first is neither taken for the server nor waited for', async () => {
  const folder = await temporaryFolder();
  const mute = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => void mute.close());
  await once(mute, 'listening');
  const address = mute.address();
  const taken = typeof address === 'object' && address !== null ? address.port : 0;
  const ports = [taken, taken, await freePort()];
  const log = await openServerLog(join(folder, 'redis.log'));
  onTestFinished(() => log.close());
  const options = { program: program ?? '', folder, password: 'secret', durable: false, log };
  const server = await startNativeRedis(options, async () => ports.shift() ?? 0);
  onTestFinished(() => server.stop());
  expect(ports).toEqual([]);
  expect(server.port).not.toBe(taken);
});
