import type { OutboundReply } from '@typelane/core/contracts';
import { Worker, type Job } from 'bullmq';
import { defaultPrefix, openConnection, type Connection } from './connection.ts';
import { deliver } from './deliver.ts';
import { finish } from './finish-job.ts';
import type { Send, SendContext } from './send.ts';
import { createSendFence } from './send-fence.ts';
import { settlesWithin } from './time.ts';

export type ConsumerOptions = {
  /** Prefix of all queue keys; default `bull`. */
  prefix?: string;
  /**
   * Whether this consumer sends a reply; default: every reply. A reply it does not accept returns to the queue for another consumer and is
   * offered again within 5 seconds. For several consumers that serve different instances from one queue.
   */
  accepts?: (reply: OutboundReply) => boolean | Promise<boolean>;
  /** Concurrent replies; default 50. A reply that waits between messages counts. */
  concurrency?: number;
  /** Wait `waitMs` and `typingMs` before each message; default true. False: send at once. */
  pace?: boolean;
  /** Called when the typing before a message begins, to show it. What it throws goes to `onError` and delays nothing. */
  onTyping?: (context: SendContext, typingMs: number) => void | Promise<void>;
  /** Attempts per message before its reply fails; default 5. */
  attempts?: number;
  /** Pause before the second attempt, doubled for each further one up to 30,000; default 1,000. */
  backoffMs?: number;
  /** How long one attempt may take before its signal aborts; default 60,000. */
  sendTimeoutMs?: number;
  /** How long a consumer may be silent before its reply is taken over; default 15,000. A crashed one is replaced within twice this. */
  lockMs?: number;
  /** How long the progress of a reply is remembered; default 24 hours. */
  rememberMs?: number;
  /** How long `close()` waits for messages being sent before it aborts them; default 10,000. */
  closeTimeoutMs?: number;
  /** Receives errors that no caller awaits, such as a lost connection; default: a process warning. */
  onError?: (error: Error) => void;
};

export type Consumer = {
  /** Resolves when the consumer has started. */
  ready: () => Promise<void>;
  /** Stops fetching replies, lets the message being sent finish, and returns unfinished replies to the queue. */
  close: () => Promise<void>;
};

/** A reply that kills its consumer every time fails in the end. A deployment may interrupt a long one a few times. */
const maxCrashes = 10;

/**
 * Consumes the replies of the queue `outbound` and sends their messages, in order and at the bot's pace. Progress is stored after
 * each message, so that a reply that is taken over, redelivered or published again continues at its first unsent message.
 */
export function consumeReplies(connection: Connection, send: Send, options: ConsumerOptions = {}): Consumer {
  const settings = { ...defaults, ...options };
  const { prefix, lockMs, onError } = settings;
  const redis = openConnection(connection, { maxRetriesPerRequest: null }, onError);
  const fence = createSendFence(redis, settings);
  const closing = new AbortController();
  const forced = new AbortController();
  const delivery = { ...settings, closing: closing.signal, forced: forced.signal };

  const worker = new Worker<unknown>(
    'outbound',
    async (job: Job<unknown>, token) => finish(job, token, await deliver(job, fence, send, delivery), onError),
    {
      connection: redis,
      prefix,
      concurrency: settings.concurrency,
      lockDuration: lockMs,
      stalledInterval: Math.ceil(lockMs / 3),
      maxStalledCount: maxCrashes,
    },
  );
  worker.on('error', onError);

  async function shutDown(): Promise<void> {
    // The worker stops first, so that it does not fetch the returned replies again.
    const closed = worker.close();
    closing.abort();
    if (!(await settlesWithin(closed, settings.closeTimeoutMs))) {
      forced.abort();
      // While Redis is away nothing can be returned: those replies are taken over when their locks expire.
      if (!(await settlesWithin(closed, giveBackMs))) await settlesWithin(worker.disconnect(), giveBackMs);
    }
    redis.disconnect();
  }

  let down: Promise<void> | null = null;
  return {
    ready: () => worker.waitUntilReady(),
    close: () => (down ??= shutDown()),
  };
}

/** How long `close()` waits for Redis to take back the replies whose messages it aborted. */
const giveBackMs = 2_000;

const defaults = {
  prefix: defaultPrefix,
  concurrency: 50,
  pace: true,
  attempts: 5,
  backoffMs: 1_000,
  sendTimeoutMs: 60_000,
  lockMs: 15_000,
  rememberMs: 24 * 60 * 60 * 1_000,
  closeTimeoutMs: 10_000,
  onError: (error: Error): void => process.emitWarning(error),
};
