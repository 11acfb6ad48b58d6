import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export type FakeS3 = {
  url: string;
  /** By `/<bucket>/<key>`. */
  objects: Map<string, { bytes: Buffer; contentType: string }>;
  /** Requests, as `PUT /bucket/key`. */
  asked: string[];
  /** Answers the next `times` requests with 503. */
  fail(times: number): void;
  close(): Promise<void>;
};

/** A bucket of any name that is asked by path. A request without a signature of the given key is refused, as by a real one. */
export async function startFakeS3(accessKeyId: string): Promise<FakeS3> {
  const objects: FakeS3['objects'] = new Map();
  const asked: string[] = [];
  let failures = 0;
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = ''] = (request.url ?? '').split('?');
    asked.push(`${request.method} ${path}`);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    if (failures-- > 0) return refuse(response, 503, 'SlowDown');
    const signature = new RegExp(`^AWS4-HMAC-SHA256 Credential=${accessKeyId}/\\d{8}/[\\w-]+/s3/aws4_request, .*Signature=[0-9a-f]{64}$`);
    if (!signature.test(request.headers.authorization ?? '')) return refuse(response, 403, 'AccessDenied');
    const found = objects.get(path);
    switch (request.method) {
      case 'PUT':
        if (request.headers['content-encoding']?.includes('aws-chunked')) return refuse(response, 501, 'NotImplemented');
        if (Number(request.headers['content-length']) !== bytes.length) return refuse(response, 411, 'MissingContentLength');
        objects.set(path, { bytes, contentType: request.headers['content-type'] ?? '' });
        return void response.writeHead(200, { etag: '"x"' }).end();
      case 'GET': {
        if (!found) return refuse(response, 404, 'NoSuchKey');
        const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
        const part = from === undefined ? found.bytes : found.bytes.subarray(Number(from), Number(to) + 1);
        return void response.writeHead(from === undefined ? 200 : 206, { 'content-length': part.length }).end(part);
      }
      case 'DELETE':
        objects.delete(path);
        return void response.writeHead(204).end();
      default:
        return refuse(response, 405, 'MethodNotAllowed');
    }
  }

  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('The bucket listens on no port');
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${address.port}`, objects, asked, fail: (times) => void (failures = times), close };
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}
