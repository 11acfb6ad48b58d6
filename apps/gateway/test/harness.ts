import { randomUUID } from 'node:crypto';
import type { InboundEvent, OutboundDraft, OutboundReply } from '@typelane/client';
import { channelSealedAbout, connect, type Database, putChannel } from '@typelane/db';
import { createLog, createSealer } from '@typelane/runtime';
import { waitUntil } from '@typelane/testkit';
import { databaseForTest, redisForTest } from '@typelane/testkit/vitest';
import { type Job, Queue, QueueEvents } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll } from 'vitest';
import { type GatewayOptions, startGateway } from '../src/index.ts';
import { kindOf } from '../src/kinds/index.ts';
import { tokenHashOf } from '../src/signature.ts';

export const secretKey = '91b7f0c2d64e8a35f1c0b9e8d7a6f5c4';

export type TestGateway = {
  url: string;
  database: Database;
  prefix: string;
  options: GatewayOptions;
  log(): string;
  /** Gives a fresh instance a channel, and the address for its webhooks. */
  channel(kind: string, settings: Record<string, unknown>): Promise<{ instanceId: string; webhookURL: string }>;
  /** Events on the inbound queue of an instance, in their order. */
  inbound(instanceId: string): Promise<InboundEvent[]>;
  /** Puts a reply on the outbound queue. */
  reply(instanceId: string, to: string, messages: OutboundDraft[], more?: Partial<OutboundReply>): Promise<Job>;
  /** What the consumer returned, or the error it ended with. */
  outcome(job: Job): Promise<{ keyIds: string[] } | { failure: string }>;
  metrics(): Promise<string>;
  /** The process in this one; its port and its channels stay. */
  stop(): Promise<void>;
};

/** A gateway process on servers of its own, without a worker: tests are both ends of the queues. Call it at the top of a file. */
export async function startTestGateway(allow: readonly string[], change: Partial<GatewayOptions> = {}): Promise<TestGateway> {
  const redis = redisForTest();
  const cloned = await databaseForTest();
  const database = connect(cloned.url, { connectionsMax: 4 });
  const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
  const [inboundQueue, outboundQueue] = ['inbound', 'outbound'].map((name) => new Queue(name, { connection, prefix: redis.prefix })) as [
    Queue,
    Queue,
  ];
  const outboundEvents = new QueueEvents('outbound', {
    connection: { url: redis.url, maxRetriesPerRequest: null },
    prefix: redis.prefix,
  });
  outboundEvents.setMaxListeners(0);
  await outboundEvents.waitUntilReady();
  const lines: string[] = [];
  const options: GatewayOptions = {
    DATABASE_URL: cloned.url,
    REDIS_URL: redis.url,
    SECRET_KEY: secretKey,
    EGRESS_ALLOW: [...allow],
    INBOUND_PARTITIONS: 1,
    QUEUE_PREFIX: redis.prefix,
    HOST: '127.0.0.1',
    GATEWAY_PORT: 0,
    GATEWAY_URL: undefined,
    log: createLog('debug', { write: (line: string) => void lines.push(line) }),
    settleMs: 500,
    consumer: { pace: false, backoffMs: 20 },
    ...change,
  };
  const gateway = await startGateway(options);
  afterAll(async () => {
    await gateway.stop();
    await Promise.all([outboundEvents.close(), inboundQueue.close(), outboundQueue.close()]);
    connection.disconnect();
    await database.close();
    await cloned.drop();
  });
  return {
    get url() {
      return gateway.url;
    },
    database,
    prefix: redis.prefix,
    options,
    log: () => lines.join(''),
    channel: (kind, settings) => giveChannel(database, gateway.url, kind, settings),
    async inbound(instanceId) {
      const jobs = await inboundQueue.getJobs(['wait'], 0, -1, true);
      const events = jobs.flatMap(({ data }) => data as InboundEvent | InboundEvent[]);
      return events.filter((event) => event.instance.instanceId === instanceId);
    },
    reply(instanceId, to, messages, more = {}) {
      const reply = replyOf(instanceId, to, messages, more);
      return outboundQueue.add('reply', reply, { jobId: `reply-${reply.replyId}` });
    },
    async outcome(job) {
      return job.waitUntilFinished(outboundEvents, 25_000).then(
        (returned: { keyIds: string[] }) => returned,
        (error: Error) => ({ failure: error.message }),
      );
    },
    metrics: async () => (await fetch(`${gateway.url}/metrics`)).text(),
    stop: () => gateway.stop(),
  };
}

async function giveChannel(database: Database, gatewayUrl: string, kindName: string, settings: Record<string, unknown>) {
  const kind = kindOf(kindName);
  if (kind === null) throw new Error(`there is no kind ${kindName}`);
  const parsed = kind.settings.parse(settings) as Record<string, unknown>;
  const isSecret = (name: string): boolean => (kind.secrets as readonly string[]).includes(name);
  const part = (secret: boolean) => Object.fromEntries(Object.entries(parsed).filter(([name]) => isSecret(name) === secret));
  const instanceId = `instance-${randomUUID()}`;
  const token = randomUUID();
  await putChannel(database, { scope: 'admin' }, instanceId, () => ({
    kind: kindName,
    settings: part(false),
    sealSecrets: (channelId) => createSealer(secretKey).seal(JSON.stringify(part(true)), channelSealedAbout(channelId)),
    tokenHash: tokenHashOf(token),
  }));
  return { instanceId, webhookURL: `${gatewayUrl}/gateway/${kindName}/${token}` };
}

function replyOf(instanceId: string, to: string, messages: OutboundDraft[], more: Partial<OutboundReply>): OutboundReply {
  return {
    schemaVersion: 1,
    replyId: randomUUID(),
    instanceId,
    businessId: 'default',
    sessionId: null,
    seq: 1,
    to,
    inReplyTo: null,
    traceparent: null,
    messages: messages.map((message) => ({ ...message, id: randomUUID() })),
    ...more,
  };
}

export function textDraft(text: string): OutboundDraft {
  return { type: 'text', text, linkPreview: false, typingMs: 0, waitMs: 0 };
}

export { waitUntil };
