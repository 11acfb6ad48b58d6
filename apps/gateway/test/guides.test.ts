import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startApi } from '@typelane/api';
import { mediaEnv, readEnv } from '@typelane/runtime';
import { startFakeCloudApi, startFakeEvolution, startFakeProgram } from '@typelane/testkit';
import { afterAll, expect, test } from 'vitest';
import { kinds } from '../src/kinds/index.ts';
import { secretKey, startTestGateway } from './harness.ts';

const [meta, evolution, program] = [await startFakeCloudApi(), await startFakeEvolution(), await startFakeProgram()];
const hosts = [meta, evolution, program].map(({ url }) => new URL(url).host);
const gateway = await startTestGateway(hosts);
const token = 'operator-token-of-the-guides';
const api = await startApi({
  ...readEnv(mediaEnv, { SECRET_KEY: secretKey }),
  ...gateway.options,
  PORT: 0,
  DRAIN_DELAY_MS: 0,
  GATEWAY_URL: gateway.url,
  OPERATOR_TOKEN: token,
});
afterAll(async () => {
  await api.stop();
  await Promise.all([meta.close(), evolution.close(), program.close()]);
});

const settings: Record<string, Record<string, string>> = {
  'cloud-api': {
    PHONE_NUMBER_ID: meta.phoneNumberId,
    WABA_ID: '102290129340398',
    ACCESS_TOKEN: meta.accessToken,
    APP_SECRET: meta.appSecret,
    VERIFY_TOKEN: meta.verifyToken,
    // The one thing that is not as in the guide: where Meta is.
    MORE: `, "baseURL": "${meta.url}"`,
  },
  evolution: { EVOLUTION: evolution.url, INSTANCE_NAME: evolution.instanceName, APIKEY: evolution.apikey, WEBHOOK_SECRET: 'agreed-token' },
  generic: { REPLIES: program.url, SECRET: program.secret },
};

test.each(kinds.map(({ name }) => name))('every call of the guide for %s works as it stands there', async (kind) => {
  const guide = readFileSync(fileURLToPath(new URL(`../../../docs/gateways/${kind}.md`, import.meta.url)), 'utf8');
  const calls = [...guide.matchAll(/^```sh\n(.*?)^```/gms)].map(([, call = '']) => call);
  expect(calls.length).toBeGreaterThanOrEqual(3);
  const given: Record<string, string> = { TYPELANE: api.url, TOKEN: token, PATH: process.env['PATH'] ?? '', ...settings[kind] };
  const answers: string[] = [];
  for (const call of calls) {
    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', call], { env: given });
    answers.push(stdout);
    given['WEBHOOK_URL'] ??= (JSON.parse(stdout) as { webhookURL: string }).webhookURL;
  }
  const tested = answers.map((answer) => JSON.parse(answer) as { ok?: boolean; checks?: unknown[] }).find(({ checks }) => checks);
  expect(tested).toMatchObject({ ok: true });
});

test('what the guide for generic says is on the inbound queue, and the webhooks of the others come here', async () => {
  expect(await gateway.inbound('my-number')).toMatchObject([{ data: { keyId: '3EB0C127', pushName: 'Ana' } }]);
  expect(meta.webhookURL).toMatch(new RegExp(`^${gateway.url}/gateway/cloud-api/`));
  expect(evolution.webhook?.url).toMatch(new RegExp(`^${gateway.url}/gateway/evolution/`));
});
