/**
 * Everything in one process: npm start. API, worker, an embedded PostgreSQL and Redis, and a demo bot.
 * Options: --reset wipes what earlier starts kept. Exit codes: 0 stopped, 1 failed, 2 wrong usage or configuration.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { startApi } from '@typelane/api';
import { startGateway } from '@typelane/gateway';
import { EmbeddedError } from '@typelane/embedded';
import { ConfigurationError, createLog, graceMs, onStopSignal, readEnv } from '@typelane/runtime';
import { startWorker, workerEnv } from '@typelane/worker';
import { startDemoTypebot } from './demo-typebot.ts';
import { demoInstanceId, registerDemo } from './demo.ts';
import { forgetSecrets, operatorToken, secretKey } from './kept-secrets.ts';
import { removeRunFile, writeRunFile } from './run-file.ts';
import { type Servers, startServers } from './servers.ts';

const tell = (line: string): void => void process.stdout.write(`${line}\n`);

type Stops = (() => Promise<void>)[];

/** Read before anything starts, so that a wrong value is reported at once. The servers and the key have defaults of their own here. */
const settingNames = [
  'OPERATOR_TOKEN',
  'GATEWAY_PORT',
  'GATEWAY_URL',
  ...workerEnv.filter((name) => name !== 'DATABASE_URL' && name !== 'REDIS_URL' && name !== 'SECRET_KEY'),
] as const;

try {
  await main();
} catch (error) {
  const isForPeople = error instanceof ConfigurationError || error instanceof EmbeddedError;
  process.stderr.write(`${isForPeople ? error.message : sentence(error)}\n`);
  process.exit(error instanceof ConfigurationError ? 2 : 1);
}

async function main(): Promise<void> {
  const { reset } = usage();
  const settings = readEnv(settingNames);
  const { DATA_DIR, OPERATOR_TOKEN } = settings;
  const givenKey = external('SECRET_KEY');
  const dataDir = resolve(DATA_DIR);
  const stops: Stops = [];
  const ending = endOnSignal(stops);
  try {
    await makeDataDir(dataDir);
    const servers = await startServers({
      dataDir,
      databaseUrl: external('DATABASE_URL'),
      redisUrl: external('REDIS_URL'),
      reset,
      tell,
      onExit: ending.fail,
    });
    stops.push(() => servers.stop());
    if (reset) await Promise.all([forgetSecrets(dataDir), rm(join(dataDir, 'media'), { recursive: true, force: true })]);
    const secrets = {
      operator: await operatorToken(dataDir, OPERATOR_TOKEN),
      secretKey: await secretKey(dataDir, givenKey),
    };
    await run(servers, settings, secrets, stops);
  } catch (error) {
    await stopAll(stops);
    throw error;
  }
  await ending.over;
}

type Settings = ReturnType<typeof readEnv<(typeof settingNames)[number]>>;
type Secrets = { operator: { token: string; isNew: boolean }; secretKey: string };

async function run(servers: Servers, settings: Settings, { operator, secretKey: SECRET_KEY }: Secrets, stops: Stops): Promise<void> {
  const demo = await startDemoTypebot();
  stops.push(() => demo.stop());
  const dataDir = resolve(settings.DATA_DIR);
  const { LOG_LEVEL, ...others } = settings;
  const env = { ...others, DATABASE_URL: servers.databaseUrl, REDIS_URL: servers.redisUrl, SECRET_KEY };
  // The terminal is for people; what is worth a line there says so itself.
  const log = createLog(process.env['LOG_LEVEL'] ? LOG_LEVEL : 'warn');
  tell('Starting the API, the worker and the gateway');
  // Its port is part of the addresses that the API returns.
  const gateway = await startGateway({ ...env, log });
  stops.push(() => gateway.stop());
  const EGRESS_ALLOW = [...env.EGRESS_ALLOW, demo.host, `${new URL(gateway.url).hostname}:${gateway.port}`];
  // There is no load balancer in front of it.
  const api = await startApi({ ...env, EGRESS_ALLOW, GATEWAY_PORT: gateway.port, DRAIN_DELAY_MS: 0, OPERATOR_TOKEN: operator.token, log });
  stops.push(() => api.stop());
  // Bots open files at the API, and only now it is known on which port.
  const PORT = Number(new URL(api.url).port);
  const worker = await startWorker({ ...env, PORT, EGRESS_ALLOW, log });
  stops.push(() => worker.stop());
  await registerDemo(api.url, operator.token, demo);
  stops.push(() => removeRunFile(dataDir));
  const { databaseUrl, redisUrl } = servers;
  await writeRunFile(dataDir, {
    apiUrl: api.url,
    gatewayUrl: gateway.url,
    redisUrl,
    databaseUrl,
    demoTypebotUrl: demo.url,
    operatorToken: operator.token,
    queuePrefix: env.QUEUE_PREFIX,
    pid: process.pid,
  });
  welcome({ apiUrl: api.url, gatewayUrl: gateway.url }, servers, operator, dataDir);
}

function welcome(
  { apiUrl, gatewayUrl }: { apiUrl: string; gatewayUrl: string },
  servers: Servers,
  { token, isNew }: { token: string; isNew: boolean },
  dataDir: string,
): void {
  tell(`
Typelane is running.

  API        ${apiUrl}   (reference: ${apiUrl}/docs)
  Gateway    ${gatewayUrl}   (webhooks of WhatsApp gateways come in here, see docs/gateways)
  PostgreSQL ${servers.postgres}
  Redis      ${servers.redis}
  Operator   ${isNew ? `${token}   (shown once; kept in ${dataDir})` : `the token of the first start, kept in ${dataDir}`}

Talk to the demo bot: open a second terminal here and run

  npm run chat

Your own bot, on your own instance "my-number" (${demoInstanceId} is taken):

  curl -X POST ${apiUrl}/api/v2/instance/my-number/typebot-integration \\
    -H "Authorization: Bearer $(cat ${dataDir}/operator-token)" -H 'Content-Type: application/json' \\
    -d '{ "publicId": "my-bot", "typebotURL": "https://typebot.io" }'
  npm run chat -- --instance my-number

Ctrl-C stops everything; your data stay.`);
}

/** `over` settles when all has stopped. */
function endOnSignal(stops: Stops): { over: Promise<never>; fail: (sentence: string) => void } {
  let isEnding = false;
  const end = async (code: number): Promise<void> => {
    if (isEnding) process.exit(1);
    isEnding = true;
    const late = setTimeout(() => process.exit(1), graceMs);
    await stopAll(stops);
    clearTimeout(late);
    process.exit(code);
  };
  const stop = (): void => {
    tell(isEnding ? '\nStopping at once.' : '\nStopping: finishing what has begun. Ctrl-C again stops at once.');
    void end(0);
  };
  onStopSignal(['SIGINT', 'SIGTERM', 'SIGHUP'], stop, stop);
  return {
    over: new Promise<never>(() => {}),
    fail: (why) => {
      if (isEnding) return;
      process.stderr.write(`${why}\n`);
      void end(1);
    },
  };
}

async function stopAll(stops: Stops): Promise<void> {
  for (const stop of stops.splice(0).toReversed()) {
    await stop().catch((error: unknown) => process.stderr.write(`While stopping: ${sentence(error)}\n`));
  }
}

function usage(): { reset: boolean } {
  try {
    const { values } = parseArgs({ options: { reset: { type: 'boolean', default: false } } });
    return { reset: values.reset };
  } catch (error) {
    throw new ConfigurationError(`${sentence(error)}\nUsage: npm start [-- --reset]`);
  }
}

function external(name: 'DATABASE_URL' | 'REDIS_URL' | 'SECRET_KEY'): string | undefined {
  return process.env[name] || process.env[`${name}_FILE`] ? readEnv([name])[name] : undefined;
}

async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o711 });
  } catch (cause) {
    throw new ConfigurationError(`DATA_DIR must be a folder that can be written, but got ${dataDir}: ${sentence(cause)}`, { cause });
  }
}

/** Errors that people meet here, in words. */
function sentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as { code?: string };
  if (code === 'EACCES') return `No permission: ${error.message}`;
  return error.message || String(code ?? error);
}
