import type { Server } from 'node:http';

/**
 * Opens `server` on a free port of 127.0.0.1. No connection is ever closed for being idle, so that a test decides when one dies.
 * `close` cuts all connections, also those in the middle of an exchange.
 */
export async function listen(server: Server): Promise<{ url: string; close: () => Promise<void> }> {
  server.keepAliveTimeout = 0;
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server listens on no port');
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${address.port}`, close };
}
