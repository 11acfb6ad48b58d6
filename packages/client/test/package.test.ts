import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { redisForTest } from '@typelane/testkit/vitest';
import { afterAll, beforeAll, expect, test } from 'vitest';

/** What programs outside install: built, packed and installed into an empty project, without this repository around it. */
const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const tsc = join(root, 'node_modules/.bin/tsc');
const redis = redisForTest();
const work = mkdtempSync(join(tmpdir(), 'typelane-package-'));
afterAll(() => rmSync(work, { recursive: true, force: true }));

const project = join(work, 'project');
const event = { event: 'messages.upsert', instance: { instanceId: 'shop' }, data: { keyId: '3EB0', contentType: 'text', content: {} } };

/** The oldest Node on PATH, else the one that runs this test. */
async function plainNode(): Promise<string> {
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    const program = join(folder, 'node');
    const version = await run(program, ['--version']).catch(() => null);
    if (version !== null && version.stdout.startsWith('v20.')) return program;
  }
  return process.execPath;
}

async function packed(): Promise<{ filename: string; files: { path: string }[]; unpackedSize: number }> {
  await run(process.execPath, [join(root, 'scripts/build-client.ts'), join(work, 'dist')], { cwd: root });
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', work], { cwd: join(work, 'dist') });
  const output = JSON.parse(stdout) as Record<string, Awaited<ReturnType<typeof packed>>>;
  const [only] = Object.values(output);
  if (only === undefined) throw new Error(stdout);
  return only;
}

let contents: Awaited<ReturnType<typeof packed>>;
beforeAll(async () => {
  contents = await packed();
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'outsider', version: '1.0.0', type: 'module', private: true }));
  const options = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  await run('npm', ['install', ...options, join(work, contents.filename)], { cwd: project });
}, 180_000);

test('the package contains JavaScript, declarations, a README and a licence, and nothing else of the repository', () => {
  const paths = contents.files.map(({ path }) => path);
  const required = ['package.json', 'README.md', 'LICENSE', 'lib/client/src/index.js', 'lib/client/src/index.d.ts'];
  expect(paths).toEqual(expect.arrayContaining(required));
  const allowed = /^(?:package\.json|README\.md|LICENSE|lib\/(?:client|core)\/src\/(?:[a-z-]+\/)?[a-z-]+\.(?:js|d\.ts))$/;
  expect(paths.filter((path) => !allowed.test(path))).toEqual([]);
  expect(contents.unpackedSize).toBeLessThan(200_000);
  const installed = readdirSync(join(project, 'node_modules/@typelane'));
  expect(installed).toEqual(['client']);
});

test('plain Node imports it, publishes an event and gets an error that says what is wrong with another', { timeout: 60_000 }, async () => {
  writeFileSync(
    join(project, 'publish.js'),
    `import { createPublisher, InvalidEventError, partitionOf } from '@typelane/client';
     const publisher = createPublisher({ connection: process.env.REDIS_URL, prefix: process.env.QUEUE_PREFIX, partitions: 2 });
     const event = ${JSON.stringify(event)};
     const refusal = await publisher.publish(event).catch((error) => error);
     event.data.keyRemoteJid = '5531999999999@s.whatsapp.net';
     const jobs = await publisher.publish([event, { ...event, data: { ...event.data, keyId: '3EB1' } }]);
     await publisher.close();
     console.log(JSON.stringify({ isInvalid: refusal instanceof InvalidEventError, about: refusal.message, jobs: jobs.length }));`,
  );
  const env = { PATH: process.env['PATH'], REDIS_URL: redis.url, QUEUE_PREFIX: redis.prefix };
  const { stdout } = await run(await plainNode(), ['publish.js'], { cwd: project, env });
  expect(JSON.parse(stdout)).toEqual({ isInvalid: true, about: expect.stringContaining('data.keyRemoteJid'), jobs: 1 });
});

test('a TypeScript program is checked against its types', { timeout: 60_000 }, async () => {
  writeFileSync(
    join(project, 'consume.ts'),
    `import { consumeReplies, createPublisher, fallback, type InboundEvent, type OutboundMessage } from '@typelane/client';
     const sent: string[] = [];
     const consumer = consumeReplies('redis://127.0.0.1:6379', async (message, { reply }) => {
       const known: OutboundMessage = message;
       // @ts-expect-error a message has no such field
       message.nothing;
       sent.push(known.type === 'text' ? known.text : reply.to, String(fallback));
       return 'key id';
     });
     const event: InboundEvent = { event: 'messages.upsert', instance: { instanceId: 'shop' },
       data: { keyId: '1', keyRemoteJid: '5531999999999@s.whatsapp.net', contentType: 'text', content: { text: 'hi' } } };
     // @ts-expect-error the chat is missing
     const wrong: InboundEvent = ${JSON.stringify(event)};
     export const done: Promise<{ jobId: string }[]> = createPublisher({ connection: 'redis://127.0.0.1:6379' }).publish([event, wrong]);
     export const closed: Promise<void> = consumer.close();`,
  );
  const options = ['--noEmit', '--strict', '--module', 'nodenext', '--moduleResolution', 'nodenext', '--target', 'es2022'];
  const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types'), '--skipLibCheck'];
  const checked = await run(tsc, [...options, ...types, 'consume.ts'], { cwd: project }).catch((error: { stdout: string }) => error);
  expect(checked.stdout).toBe('');
});
