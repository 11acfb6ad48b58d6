import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A file server, as a gateway has one for files of contacts. */
export type FileHost = {
  url: string;
  /** Serves a file from now on, and returns its address. */
  add(name: string, bytes: Uint8Array, mimeType?: string): string;
  /** Requested paths, in order. */
  asked: readonly string[];
  close(): Promise<void>;
};

export async function startFileHost(): Promise<FileHost> {
  const files = new Map<string, { bytes: Uint8Array; mimeType: string }>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const file = files.get(path);
    if (file) response.writeHead(200, { 'content-type': file.mimeType, 'content-length': file.bytes.length }).end(file.bytes);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    add(name, bytes, mimeType = 'audio/ogg') {
      files.set(`/${name}`, { bytes, mimeType });
      return `${url}/${name}`;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
