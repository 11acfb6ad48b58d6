import { once } from 'node:events';
import http from 'node:http';
import { urlToHttpOptions } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { createEgress, type Egress, parseEgressAllow } from './egress.ts';

/** A server that only operators may reach: it counts who came. */
const canary = { hits: 0, port: 0, server: http.createServer() };
const opened: Egress[] = [];

function open(options: Partial<Parameters<typeof createEgress>[0]> = {}): Egress {
  const egress = createEgress({ allow: [], ...options });
  opened.push(egress);
  return egress;
}

type Answer = { status: number; location: string } | { code: string; message: string };

function get(egress: Egress, to: string | http.RequestOptions): Promise<Answer> {
  const target = typeof to === 'string' ? urlToHttpOptions(new URL(to)) : to;
  return new Promise((resolve) => {
    const request = http.get({ ...target, agent: egress.agents.http }, (response) => {
      response.resume();
      response.once('end', () => resolve({ status: response.statusCode ?? 0, location: response.headers.location ?? '' }));
    });
    request.once('error', ({ code = '', message }: NodeJS.ErrnoException) => resolve({ code, message }));
  });
}

beforeAll(async () => {
  canary.server.on('request', (_request, response) => {
    canary.hits += 1;
    response.end();
  });
  canary.server.listen(0, '127.0.0.1');
  await once(canary.server, 'listening');
  const address = canary.server.address();
  canary.port = typeof address === 'object' && address !== null ? address.port : 0;
});
beforeEach(() => {
  canary.hits = 0;
});
afterEach(() => {
  for (const egress of opened.splice(0)) egress.close();
});
afterAll(() => canary.server.close());

test.each([
  ['http://127.0.0.1/', 'not_public_address'],
  ['http://127.1/', 'not_public_address'],
  ['http://0/', 'not_public_address'],
  ['http://0.0.0.0/', 'not_public_address'],
  ['http://2130706433/', 'not_public_address'],
  ['http://2852039166/', 'not_public_address'],
  ['http://0xa9fea9fe/', 'not_public_address'],
  ['http://0251.0376.0251.0376/', 'not_public_address'],
  ['http://①②⑦.0.0.1/', 'not_public_address'],
  ['http://%31%32%37.0.0.1/', 'not_public_address'],
  ['http:\\\\127.0.0.1\\', 'not_public_address'],
  ['http://127.0.0.1./', 'not_public_address'],
  ['http://169.254.169.254/latest/meta-data/', 'not_public_address'],
  ['http://10.0.0.1/', 'not_public_address'],
  ['http://172.16.0.1/', 'not_public_address'],
  ['http://192.168.1.1:8080/', 'not_public_address'],
  ['http://100.64.0.1/', 'not_public_address'],
  ['http://100.100.100.200/', 'not_public_address'],
  ['http://192.0.0.192/', 'not_public_address'],
  ['http://198.18.0.1/', 'not_public_address'],
  ['http://203.0.113.7/', 'not_public_address'],
  ['http://224.0.0.1/', 'not_public_address'],
  ['http://255.255.255.255/', 'not_public_address'],
  ['http://168.63.129.16/', 'not_public_address'],
  ['http://[::]/', 'not_public_address'],
  ['http://[::1]/', 'not_public_address'],
  ['http://[::127.0.0.1]/', 'not_public_address'],
  ['http://[::ffff:127.0.0.1]/', 'not_public_address'],
  ['http://[::ffff:a9fe:a9fe]/', 'not_public_address'],
  ['http://[64:ff9b::7f00:1]/', 'not_public_address'],
  ['http://[2002:7f00:1::]/', 'not_public_address'],
  ['http://[fd00:ec2::254]/', 'not_public_address'],
  ['http://[fe80::1]/', 'not_public_address'],
  ['http://[fec0::1]/', 'not_public_address'],
  ['http://localhost/', 'local_name'],
  ['http://LOCALHOST./', 'local_name'],
  ['http://bot.localhost:3000/', 'local_name'],
  ['http://metadata.google.internal./computeMetadata/v1/', 'local_name'],
  ['http://host.docker.internal:5432/', 'local_name'],
  ['http://metadata/', 'local_name'],
  ['http://metadata.goog/', 'local_name'],
  ['http://instance-data/latest/', 'local_name'],
  ['http://unix:/var/run/docker.sock:/info', 'local_name'],
  ['http://user:secret@bot.example.com/', 'credentials_in_url'],
  ['http://bot.example.com@127.0.0.1/', 'credentials_in_url'],
  ['ftp://bot.example.com/', 'not_http'],
  ['file:///etc/passwd', 'not_http'],
  ['gopher://127.0.0.1:6379/_', 'not_http'],
  ['data:text/plain,hi', 'not_http'],
  ['bot.example.com', 'bad_url'],
  ['', 'bad_url'],
  ['http://[fe80::1%25eth0]/', 'bad_url'],
  [`http://bot.example.com/${'a'.repeat(2_048)}`, 'bad_url'],
])('%s is refused before any name is looked up, and its connection too', async (url, reason) => {
  const egress = open({ resolve: () => Promise.reject(new Error('looked up')) });
  expect(egress.check(url)).toEqual({ allowed: false, reason });
  if (reason !== 'not_public_address' && reason !== 'local_name') return;
  // `unix` is a name like any other for Node; only Got reads a socket path out of it.
  expect(await get(egress, url)).toEqual({ code: 'EGRESS_REFUSED', message: reason });
});

test.each([
  'https://typebot.io',
  'https://bot.example.com:8443/viewer',
  'http://1.1.1.1:3000/',
  'https://[2606:4700:4700::1111]/',
  'http://[::ffff:1.1.1.1]/',
  'https://internal.example.com/',
  'https://my-metadata.example.com/',
  'https://localhost.example.com/',
])('%s may be asked', (url) => {
  expect(open().check(url)).toEqual({ allowed: true });
  expect(open().check(new URL(url))).toEqual({ allowed: true });
});

test('a private address typed as a literal is never connected to, even by a client that did not ask first', async () => {
  const egress = open();
  for (const host of ['127.0.0.1', '127.1', '2130706433', '[::ffff:127.0.0.1]']) {
    expect(await get(egress, `http://${host}:${canary.port}/`)).toMatchObject({ code: 'EGRESS_REFUSED' });
  }
  expect(canary.hits).toBe(0);
});

test('a client that spells a host its own way gains nothing', async () => {
  const egress = open();
  for (const host of ['LocalHost', 'LOCALHOST.', 'Metadata.Google.Internal', '::FFFF:127.0.0.1']) {
    expect(await get(egress, { host, port: canary.port })).toMatchObject({ code: 'EGRESS_REFUSED' });
  }
  expect(canary.hits).toBe(0);
});

test.each([
  ['one private address', ['127.0.0.1']],
  ['a public and a private address', ['1.1.1.1', '127.0.0.1']],
  ['a private IPv6 beside a public IPv4 address', ['1.1.1.1', '::1']],
  ['a scoped address', ['fe80::1%lo']],
  ['something that is no address', ['canary']],
])('a name that resolves to %s is refused', async (_case, addresses) => {
  const egress = open({ resolve: () => Promise.resolve(addresses) });
  const url = `http://127.0.0.1.nip.example:${canary.port}/`;
  expect(egress.check(url)).toEqual({ allowed: true });
  expect(await get(egress, url)).toEqual({ code: 'EGRESS_REFUSED', message: 'not_public_address' });
  expect(canary.hits).toBe(0);
});

test('a connection goes to the very address that was checked: a resolver that changes its answer gains nothing', async () => {
  const answers = ['1.1.1.1', '127.0.0.1'];
  const egress = open({ resolve: () => Promise.resolve([answers.shift() ?? '127.0.0.1']) });
  const url = `http://rebinding.example:${canary.port}/`;
  const request = http.get(url, { agent: egress.agents.http });
  request.on('error', () => undefined);
  const address = await new Promise((resolve) => {
    request.once('socket', (socket) => {
      socket.once('lookup', (_error, found) => {
        request.destroy();
        resolve(found);
      });
    });
  });
  expect(address).toBe('1.1.1.1');
  expect(answers).toEqual(['127.0.0.1']);
  expect(await get(egress, url)).toMatchObject({ code: 'EGRESS_REFUSED' });
  expect(canary.hits).toBe(0);
});

test('a name that does not exist fails as the resolver says', async () => {
  const unknown = open({ resolve: () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })) });
  expect(await get(unknown, 'http://gone.example/')).toMatchObject({ code: 'ENOTFOUND' });
  expect(await get(open({ resolve: () => Promise.resolve([]) }), 'http://empty.example/')).toMatchObject({ code: 'ENOTFOUND' });
});

test('the operator opens exactly one host and port', async () => {
  const egress = open({ allow: [`127.0.0.1:${canary.port}`] });
  expect(egress.check(`http://127.0.0.1:${canary.port}/`)).toEqual({ allowed: true });
  expect(egress.check(`http://127.0.0.1:${canary.port + 1}/`)).toMatchObject({ allowed: false });
  expect(egress.check(`http://localhost:${canary.port}/`)).toMatchObject({ allowed: false });
  expect(egress.check(`ftp://127.0.0.1:${canary.port}/`)).toMatchObject({ allowed: false });
  expect(egress.check(`http://a:b@127.0.0.1:${canary.port}/`)).toMatchObject({ allowed: false });
  expect(await get(egress, `http://127.0.0.1:${canary.port}/`)).toMatchObject({ status: 200 });
  expect(await get(egress, `http://127.0.0.1:${canary.port + 1}/`)).toMatchObject({ code: 'EGRESS_REFUSED' });
  expect(canary.hits).toBe(1);
});

test('a name the operator opened may resolve to a private address, on its port only', async () => {
  const egress = open({ allow: [`Bot.Internal.:${canary.port}`], resolve: () => Promise.resolve(['127.0.0.1']) });
  const url = `http://bot.internal:${canary.port}/`;
  expect(egress.check(url)).toEqual({ allowed: true });
  expect(await get(egress, url)).toMatchObject({ status: 200 });
  expect(egress.check('http://bot.internal/')).toMatchObject({ allowed: false });
  expect(await get(egress, `http://other.example:${canary.port}/`)).toMatchObject({ code: 'EGRESS_REFUSED' });
  expect(canary.hits).toBe(1);
});

test('the port a URL leaves out is that of its protocol', () => {
  const egress = open({ allow: ['10.0.0.5:443'] });
  expect(egress.check('https://10.0.0.5/')).toEqual({ allowed: true });
  expect(egress.check('http://10.0.0.5/')).toMatchObject({ allowed: false });
});

test('requests to one host share a connection', async () => {
  const egress = open({ allow: [`127.0.0.1:${canary.port}`] });
  let connections = 0;
  const count = (): number => (connections += 1);
  canary.server.on('connection', count);
  await get(egress, `http://127.0.0.1:${canary.port}/`);
  await get(egress, `http://127.0.0.1:${canary.port}/`);
  canary.server.off('connection', count);
  expect(connections).toBe(1);
});

test('a proxy named in the environment is not used', async () => {
  const before = { ...process.env };
  const egress = open({ allow: [`127.0.0.1:${canary.port}`] });
  Object.assign(process.env, { HTTP_PROXY: 'http://127.0.0.1:9', http_proxy: 'http://127.0.0.1:9', NODE_USE_ENV_PROXY: '1' });
  try {
    expect(await get(egress, `http://127.0.0.1:${canary.port}/`)).toMatchObject({ status: 200 });
  } finally {
    process.env = before;
  }
});

test.each([
  ['', []],
  [' , ', []],
  ['bot.example.com:3000', ['bot.example.com:3000']],
  ['Bot.Example.com.:3000, 127.1:80,', ['bot.example.com:3000', '127.0.0.1:80']],
  ['[::1]:3000,[0:0:0:0:0:0:0:2]:443', ['[::1]:3000', '[::2]:443']],
])('EGRESS_ALLOW=%j is read', (text, entries) => {
  expect(parseEgressAllow(text)).toEqual(entries);
  for (const entry of entries) expect(open({ allow: entries }).check(`http://${entry}/`)).toEqual({ allowed: true });
});

test.each([
  'bot.example.com',
  'http://bot:3000',
  'bot:3000/path',
  'bot:0',
  'bot:65536',
  'bot:http',
  '::1:3000',
  'a b:1',
  'u@bot:1',
  ':3000',
  'bot:1:2',
  '*:80',
])('EGRESS_ALLOW with %j is refused by a sentence that names it', (entry) => {
  expect(() => parseEgressAllow(`ok.example:1,${entry}`)).toThrow(`("${entry}" is not)`);
});
