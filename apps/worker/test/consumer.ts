import { type OutboundReply, outboundReplySchema } from '@typelane/core';
import { type Job, Worker } from 'bullmq';
import { Redis } from 'ioredis';

/** A reply as the consumer received it. */
export type Delivery = { jobId: string; reply: OutboundReply; /** `performance.now()`. */ at: number };

type Hook = (reply: OutboundReply, job: Job) => Promise<void> | void;

export type RecordingConsumer = {
  /** In order of completion, redeliveries included. */
  deliveries: readonly Delivery[];
  /** In order of completion, each once, as a consumer that deduplicates by `replyId` sees them. */
  replies(): OutboundReply[];
  repliesTo(instanceId: string, jid?: string): OutboundReply[];
  /** The texts of those replies, in order. */
  textsTo(instanceId: string, jid?: string): string[];
  /** Jobs on the queue that are not replies of the contract. */
  breaches: readonly string[];
  /** Called before a reply completes. The consumer waits for it. */
  during(hook: Hook | null): void;
  /** Whether its receipts contain WhatsApp's ids; default true. Many consumers never know them. */
  tellsKeyIds(tells: boolean): void;
  /** Completes a reply with this in place of its receipt; null: with its receipt. */
  completesWith(choose: (reply: OutboundReply) => unknown): void;
  ready(): Promise<unknown>;
  /** Starts consuming, if it was created without. */
  start(): void;
  close(): Promise<void>;
};

/**
 * Milliseconds, as in `consumeReplies`: a reply whose job was lost with a connection is redelivered after 25 seconds at most;
 * BullMQ's own would take a minute.
 */
const takenOver = { lockDuration: 15_000, stalledInterval: 5_000, maxStalledCount: 10 };

/** A consumer that sends nothing and records everything. Its receipts give each message the id `SENT-<message id>`. */
export function startConsumer({ redisUrl, prefix, consumes }: { redisUrl: string; prefix: string; consumes: boolean }): RecordingConsumer {
  const connection = new Redis(redisUrl, { maxRetriesPerRequest: null });
  const deliveries: Delivery[] = [];
  const breaches: string[] = [];
  let hook: Hook | null = null;
  let isTelling = true;
  let chosen: (reply: OutboundReply) => unknown = () => null;

  const take = async (job: Job): Promise<unknown> => {
    const parsed = outboundReplySchema.strict().safeParse(job.data);
    if (!parsed.success) {
      breaches.push(`${job.id}: ${parsed.error.message} in ${JSON.stringify(job.data)}`);
      return { keyIds: [] };
    }
    const reply = parsed.data;
    if (job.name !== 'reply' || job.id !== `reply-${reply.replyId}`) breaches.push(`${job.id}: called ${job.name}`);
    await hook?.(reply, job);
    deliveries.push({ jobId: job.id ?? '', reply, at: performance.now() });
    return chosen(reply) ?? { keyIds: isTelling ? sentKeysOf(reply) : [] };
  };
  const worker = new Worker('outbound', take, { connection, prefix, concurrency: 50, autorun: consumes, ...takenOver });
  worker.on('error', () => {});

  const replies = (): OutboundReply[] => [...new Map(deliveries.map(({ reply }) => [reply.replyId, reply])).values()];
  const repliesTo = (instanceId: string, jid?: string) =>
    replies().filter((reply) => reply.instanceId === instanceId && (jid === undefined || reply.to === jid));
  return {
    deliveries,
    breaches,
    replies,
    repliesTo,
    textsTo: (instanceId, jid) => repliesTo(instanceId, jid).flatMap(textsIn),
    during: (wanted) => void (hook = wanted),
    tellsKeyIds: (tells) => void (isTelling = tells),
    completesWith: (choose) => void (chosen = choose),
    ready: () => worker.waitUntilReady(),
    start: () => void worker.run().catch(() => {}),
    async close() {
      hook = null;
      await worker.close();
      connection.disconnect();
    },
  };
}

export function sentKeysOf(reply: OutboundReply): string[] {
  return reply.messages.map(({ id }) => `SENT-${id}`);
}

export function textsIn({ messages }: OutboundReply): string[] {
  return messages.flatMap((message) => (message.type === 'text' ? [message.text] : []));
}
