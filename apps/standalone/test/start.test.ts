import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inboundEvent, inboundText, waitUntil } from '@typelane/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
let dataDir: string;
let children: ChildProcess[];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'typelane-start-'));
  children = [];
});

afterEach(async () => {
  for (const child of children) if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  for (const pid of serversOf(dataDir)) process.kill(pid, 'SIGKILL');
  rmSync(dataDir, { recursive: true, force: true });
});

/** Runs one of the root's scripts as npm does, on this test's data folder and a free port, with no server given from outside. */
function run(script: 'start' | 'chat' | 'urls', args: string[] = [], env: Record<string, string> = {}) {
  const { DATABASE_URL: _database, REDIS_URL: _redis, ...inherited } = process.env;
  const child = spawn('npm', ['run', '--silent', script, '--', ...args], {
    cwd: root,
    env: { ...inherited, DATA_DIR: dataDir, PORT: '0', GATEWAY_PORT: '0', ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  children.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, ended, output: () => output };
}

type RunFile = { apiUrl: string; pid: number; operatorToken: string };

async function started(args: string[] = []) {
  const process = run('start', args);
  const isReady = () => existsSync(join(dataDir, 'run.json')) && process.output().includes('Ctrl-C stops everything');
  await waitUntil(() => isReady() || process.child.exitCode !== null, {
    what: 'npm start to be ready',
    timeoutMs: 60_000,
  });
  if (process.child.exitCode !== null) throw new Error(process.output());
  return { ...process, runFile: JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as RunFile };
}

async function say(...lines: string[]): Promise<string> {
  const chat = run('chat', ['--fast']);
  chat.child.stdin.end(`${lines.join('\n')}\n`);
  if ((await chat.ended) !== 0) throw new Error(chat.output());
  return chat.output();
}

async function stopped({ ended, runFile }: Awaited<ReturnType<typeof started>>): Promise<number | null> {
  process.kill(runFile.pid, 'SIGTERM');
  return ended;
}

/** Pids of servers that run on this data folder. */
function serversOf(folder: string): number[] {
  return ['postgres/cluster/postmaster.pid', 'postgres/data/postmaster.pid', 'postgres/postmaster.pid', 'redis/redis.pid']
    .map((file) => join(folder, file))
    .filter((file) => existsSync(file))
    .map((file) => Number.parseInt(readFileSync(file, 'utf8'), 10))
    .filter((pid) => isAlive(pid));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Server pids as npm start names them when it starts them. */
function pidsIn(output: string): number[] {
  return [...output.matchAll(/runs on .*\(pid (\d+)\)/g)].map((match) => Number(match[1]));
}

test('a newcomer starts it, talks to the bot, stops it, and nothing is left running', { timeout: 120_000 }, async () => {
  const first = await started();
  expect(first.output()).toContain(first.runFile.operatorToken);
  expect(await say('hello', 'Bob')).toMatch(/I am the demo bot[\s\S]*What is your name\?[\s\S]*Nice to meet you, \*Bob\*/);
  const pids = pidsIn(first.output());
  expect(pids.length).toBeGreaterThan(0);
  expect(await stopped(first)).toBe(0);
  expect([...pids, first.runFile.pid].filter((pid) => isAlive(pid))).toEqual([]);
  expect(existsSync(join(dataDir, 'run.json'))).toBe(false);

  // What was there is there again, and the token is not shown a second time.
  const second = await started();
  expect(second.runFile.operatorToken).toBe(first.runFile.operatorToken);
  expect(second.output()).not.toContain(first.runFile.operatorToken);
  const headers = { authorization: `Bearer ${second.runFile.operatorToken}` };
  const sessions = await fetch(`${second.runFile.apiUrl}/api/v2/instance/demo/typebot-integration/session`, { headers });
  expect(await sessions.json()).toHaveLength(1);
  expect(await stopped(second)).toBe(0);

  const third = await started(['--reset']);
  expect(third.runFile.operatorToken).not.toBe(first.runFile.operatorToken);
  expect(await stopped(third)).toBe(0);
});

test(
  'the addresses of a running start are printed for people, for programs and one by one, and none when nothing runs',
  { timeout: 120_000 },
  async () => {
    const urls = async (...args: string[]) => {
      const { ended, output } = run('urls', args);
      return { code: await ended, text: output() };
    };
    expect(await urls()).toEqual({ code: 1, text: expect.stringContaining(`No npm start runs on ${dataDir}`) });
    const start = await started();
    const kept = JSON.parse(readFileSync(join(dataDir, 'run.json'), 'utf8')) as Record<string, string | number>;
    const { code, text } = await urls('--json');
    expect({ code, values: JSON.parse(text) }).toEqual({ code: 0, values: kept });
    expect(await urls('redisUrl')).toEqual({ code: 0, text: `${kept['redisUrl']}\n` });
    const forPeople = await urls();
    for (const value of Object.values(kept)) expect(forPeople.text).toContain(String(value));
    expect(await urls('--all')).toEqual({ code: 2, text: expect.stringContaining('Usage: npm run --silent urls') });
    expect(await urls('url')).toEqual({ code: 2, text: expect.stringContaining('Usage: npm run --silent urls') });
    expect(await stopped(start)).toBe(0);
  },
);

test('a photo that a contact sends is where the bot is told that it is', { timeout: 120_000 }, async () => {
  const start = await started();
  const { apiUrl, operatorToken } = start.runFile;
  const photo = Buffer.from('the bytes of a photo');
  const demo = `${apiUrl}/api/v2/instance/demo`;
  const headers = { authorization: `Bearer ${operatorToken}`, 'content-type': 'application/json' };
  const chat = { instanceId: 'demo', jid: '5531955550000@s.whatsapp.net' };
  const events = [
    inboundText({ ...chat, text: 'hello' }),
    inboundEvent(chat, 'image', { base64: photo.toString('base64'), mimetype: 'image/png' }),
  ];
  expect((await fetch(`${demo}/events`, { method: 'POST', headers, body: JSON.stringify(events) })).status).toBe(202);

  const told = async () => {
    const sessions = (await (await fetch(`${demo}/typebot-integration/session`, { headers })).json()) as { sessionId: string }[];
    const [session] = sessions;
    if (!session) return null;
    const transcript = await (await fetch(`${demo}/typebot-integration/session/${session.sessionId}/transcript`, { headers })).text();
    return /http:[^"\\]+\/media\/[^"\\]+\.png/.exec(transcript)?.[0] ?? null;
  };
  const address = await waitUntil(told, { what: 'the bot to be told of the photo', timeoutMs: 20_000 });
  expect(address.startsWith(`${apiUrl}/media/`)).toBe(true);
  const opened = await fetch(address);
  expect(opened.headers.get('content-type')).toBe('image/png');
  expect(Buffer.from(await opened.arrayBuffer())).toEqual(photo);

  const uploaded = await fetch(`${demo}/media`, { method: 'POST', headers: { ...headers, 'content-type': 'image/png' }, body: photo });
  const { url } = (await uploaded.json()) as { url: string };
  expect(Buffer.from(await (await fetch(url)).arrayBuffer())).toEqual(photo);
  expect(existsSync(join(dataDir, 'media'))).toBe(true);
  expect(await stopped(start)).toBe(0);
});

test('a start that was killed does not keep the next one from starting', { timeout: 120_000 }, async () => {
  const first = await started();
  await say('hello');
  process.kill(first.runFile.pid, 'SIGKILL');
  await first.ended;
  rmSync(join(dataDir, 'run.json'), { force: true });
  const second = await started();
  expect(await say('hello again')).toMatch(/bot>/);
  expect(await stopped(second)).toBe(0);
});

test('a second start on the same folder says who has it', { timeout: 120_000 }, async () => {
  const first = await started();
  const second = run('start');
  expect(await second.ended).toBe(1);
  expect(second.output()).toMatch(new RegExp(`in use by the process with pid ${first.runFile.pid}`));
  expect(await stopped(first)).toBe(0);
});

test('a port in use is named, and nothing is left running', { timeout: 120_000 }, async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await waitUntil(() => server.listening, { what: 'a taken port' });
  const { port } = server.address() as { port: number };
  const { ended, output } = run('start', [], { PORT: String(port) });
  expect(await ended).toBe(2);
  expect(output()).toContain(`PORT must be a free port, but another program listens on ${port}`);
  expect(pidsIn(output()).filter((pid) => isAlive(pid))).toEqual([]);
  server.close();
});

test.each<[string, string[], Record<string, string>, RegExp]>([
  ['an unknown option', ['--wipe'], {}, /--wipe[\s\S]*Usage: npm start/],
  ['a port that is no number', [], { PORT: 'http' }, /PORT must be a whole number from 0 to 65535, but got "http"/],
  [
    'a bad allow-list',
    [],
    { EGRESS_ALLOW: 'typebot.lan' },
    /^EGRESS_ALLOW must be `host:port`, separated by commas, such as bot\.example\.com:3000 or \[::1\]:3000 \("typebot\.lan" is not\), but got "typebot\.lan"\n$/,
  ],
  ['an unknown log level', [], { LOG_LEVEL: 'loud' }, /^LOG_LEVEL must be `fatal` or `error` or .*`silent`, but got "loud"\n$/],
  [
    'a short key',
    [],
    { SECRET_KEY: 'short' },
    /^SECRET_KEY must be text of at least 32 characters, but got 5 characters that are not shown\n$/,
  ],
  ['a host that is elsewhere', [], { HOST: '192.0.2.1' }, /HOST must be an address of this machine, but got "192\.0\.2\.1"/],
  ['wiping a given database', ['--reset'], { DATABASE_URL: 'postgres://db/x' }, /--reset wipes only/],
])('%s is refused with exit code 2 and a sentence', { timeout: 60_000 }, async (_, args, env, sentence) => {
  const { ended, output } = run('start', args, env);
  expect(await ended).toBe(2);
  expect(output()).toMatch(sentence);
});
