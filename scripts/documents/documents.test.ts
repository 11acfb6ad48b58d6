import { randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { sessionEventSchema } from '@typelane/client';
import { waitUntil } from '@typelane/testkit';
import { databaseForTest } from '@typelane/testkit/vitest';
import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { markOf, type Snippet, snippetsOf } from './snippets.ts';
import { type Ran, Terminal } from './terminal.ts';

const root = join(import.meta.dirname, '..', '..');
const names = ['README.md', ...readdirSync(join(root, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : []))];
const snippets = names.flatMap((name) => snippetsOf(name, readFileSync(join(root, name), 'utf8')));
const ofDocument = (name: string): Snippet[] => snippets.filter(({ place }) => place.startsWith(`${name}:`));
const marked = (mark: string): Snippet => {
  const [found, ...others] = snippets.filter((snippet) => snippet.mark === mark);
  if (!found || others.length > 0) throw new Error(`Expected one snippet marked \`${mark}\`, got ${found ? others.length + 1 : 0}`);
  return found;
};

/** Readers run commands in the project's folder. A folder inside it keeps their files out of it, and finds its packages all the same. */
function folderForTest(): string {
  mkdirSync(join(root, '.data'), { recursive: true });
  const folder = mkdtempSync(join(root, '.data', 'documents-'));
  // PostgreSQL does not run as root: its account has to get through.
  chmodSync(folder, 0o711);
  return folder;
}

function environment(own: Record<string, string>): Record<string, string | undefined> {
  const { DATABASE_URL: _database, REDIS_URL: _redis, ...inherited } = process.env;
  return { ...inherited, PORT: '0', ...own };
}

test('every snippet names its kind, and only diagrams, outputs, installations and files of other systems are not run', () => {
  const unknown = snippets.filter(({ language, mark }) => mark !== 'illustration' && !['sh', 'ts', 'json'].includes(language));
  expect(unknown.map(({ place }) => place)).toEqual([]);
  const illustrations = snippets.filter(({ mark }) => mark === 'illustration').map(({ language }) => language);
  expect(illustrations).toEqual(['text', 'sh', 'text', 'text', 'ini', 'dockerfile']);
});

describe('code that a reader copies from the documents works beside npm start', () => {
  const folder = folderForTest();
  const terminal = new Terminal(folder, environment({ DATA_DIR: join(folder, 'data') }));
  let start: ReturnType<Terminal['start']>;

  beforeAll(async () => {
    const [, command = ''] = marked('start').code.split(' && ');
    start = terminal.start(command);
    const isReady = () => start.output().includes('Ctrl-C stops everything') || start.child.exitCode !== null;
    await waitUntil(isReady, { what: 'npm start to be ready', timeoutMs: 90_000 });
    if (start.child.exitCode !== null) throw new Error(`npm start ended with ${start.child.exitCode}:\n${start.output()}`);
    terminal.save('voice.ogg', Buffer.from('OggS, the bytes of a voice note'));
  }, 120_000);

  afterAll(async () => {
    await terminal.close();
    rmSync(folder, { recursive: true, force: true });
  }, 60_000);

  // In this order: the other documents build on the variables and the instance of the README.
  test.each(names)('%s', { timeout: 180_000 }, async (name) => {
    for (const snippet of ofDocument(name)) {
      const { code, output } = await carryOut(snippet);
      expect(code, `${snippet.place} printed:\n${output}`).toBe(0);
    }
  });

  async function carryOut(snippet: Snippet): Promise<Ran> {
    const until = markOf(snippet, 'until');
    const file = markOf(snippet, 'file');
    if (snippet.language === 'json') return judgeJson(snippet);
    if (file !== null) terminal.save(file, snippet.code);
    else if (until !== null) return terminal.runUntil(snippet.code, until);
    else if (snippet.language === 'sh' && snippet.mark === '') return terminal.run(snippet.code);
    return { code: 0, output: '' };
  }

  /** Settings are put into the integration of the README; a session event is held against its contract. */
  async function judgeJson({ code }: Snippet): Promise<Ran> {
    const value = JSON.parse(code) as object;
    if (!('settings' in value)) return { code: sessionEventSchema.safeParse(value).success ? 0 : 1, output: code };
    terminal.save('body.json', code);
    return terminal.run(`curl -s -X PUT "$API/api/v2/instance/$INSTANCE/typebot-integration" -H "Authorization: Bearer $TOKEN" \\
      -H 'Content-Type: application/json' -d @body.json`);
  }
});

test('the programs in the documents type-check', { timeout: 120_000 }, async () => {
  const folder = folderForTest();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const terminal = new Terminal(folder, process.env);
  const programs = snippets.filter((snippet) => markOf(snippet, 'file') !== null);
  expect(programs).toHaveLength(snippets.filter(({ language }) => language === 'ts').length);
  for (const program of programs) terminal.save(markOf(program, 'file') ?? '', program.code);
  const compilerOptions = {
    strict: true,
    noEmit: true,
    module: 'nodenext',
    target: 'es2024',
    types: ['node'],
    allowImportingTsExtensions: true,
  };
  terminal.save('tsconfig.json', JSON.stringify({ compilerOptions: { ...compilerOptions, skipLibCheck: true }, include: ['*.ts'] }));
  expect(await terminal.run(`"${join(root, 'node_modules', '.bin', 'tsc')}" -p tsconfig.json`)).toEqual({ code: 0, output: '' });
});

test('the signature check in the documents accepts a webhook delivery and refuses changed or old ones', async () => {
  const folder = folderForTest();
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const program = snippets.find((snippet) => markOf(snippet, 'file') === 'verify.ts');
  new Terminal(folder, process.env).save('verify.ts', program?.code ?? '');
  const { isFromTypelane } = (await import(join(folder, 'verify.ts'))) as { isFromTypelane: (...request: Request) => boolean };
  // The library that the worker signs with.
  const { Webhook } = createRequire(join(root, 'apps', 'worker', 'package.json'))('standardwebhooks') as { Webhook: Signer };
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  const sent = (at: Date, body: string): Request => {
    const signature = new Webhook(secret).sign('id', at, body);
    return [
      { 'webhook-id': 'id', 'webhook-timestamp': `${Math.floor(at.getTime() / 1000)}`, 'webhook-signature': signature },
      body,
      secret,
    ];
  };
  const [headers, body] = sent(new Date(), '{"a":1}');
  expect(isFromTypelane(headers, body, secret)).toBe(true);
  expect(isFromTypelane({ ...headers, 'webhook-signature': `v1,else ${headers['webhook-signature']}` }, body, secret)).toBe(true);
  expect(isFromTypelane(headers, '{"a":2}', secret)).toBe(false);
  expect(isFromTypelane({}, body, secret)).toBe(false);
  expect(isFromTypelane(...sent(new Date(Date.now() - 301_000), body))).toBe(false);
});

type Signer = new (secret: string) => { sign(id: string, at: Date, body: string): string };
type Request = [headers: Record<string, string>, body: string, secret: string];

test("the commands for production start on the operator's own servers and stop when asked", { timeout: 180_000 }, async () => {
  const database = await databaseForTest();
  const folder = folderForTest();
  const own = { DATA_DIR: join(folder, 'data'), QUEUE_PREFIX: `documents-${randomUUID()}` };
  const terminal = new Terminal(folder, environment(own));
  onTestFinished(async () => {
    await terminal.close();
    await database.drop();
    rmSync(folder, { recursive: true, force: true });
  });
  // The addresses are the operator's own; nothing else is.
  const settings = marked('deploy-settings')
    .code.replace(/DATABASE_URL=\S+/, `DATABASE_URL=${database.url}`)
    .replace(/REDIS_URL=\S+/, `REDIS_URL=${inject('redisUrl')}`);
  expect(await terminal.run(settings)).toEqual({ code: 0, output: '' });
  const [install, migrate = '', ...processes] = commandsOf(marked('deploy'));
  expect(install).toBe('npm ci --omit=dev');
  expect(await terminal.run(migrate)).toMatchObject({ code: 0 });
  for (const command of processes) {
    const { child, output } = terminal.start(command);
    await waitUntil(() => output().includes('.started"') || child.exitCode !== null, { what: `${command} to be ready`, timeoutMs: 60_000 });
    expect({ command, output: output(), code: child.exitCode }).toMatchObject({ code: null });
    await terminal.stop(child);
  }
  expect(processes).toEqual(['npm run api', 'npm run worker', 'npm run gateway']);
});

function commandsOf({ code }: Snippet): string[] {
  return code
    .trim()
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, ''));
}
