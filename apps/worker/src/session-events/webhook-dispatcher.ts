import {
  claimDeliveries,
  type Database,
  type DueDelivery,
  noteFailing,
  sealedAbout,
  settleDelivered,
  settleFailed,
  switchOff,
} from '@typelane/db';
import type { Egress, Log, Sealer } from '@typelane/runtime';
import { Webhook } from 'standardwebhooks';
import { type Answer, createCall } from './webhook-request.ts';
import { type PollLoop, startPollLoop } from './poll-loop.ts';
import { type SessionEventLimits, retryMs } from './limits.ts';

/** Concurrent attempts in one process, and for one webhook, so that a slow receiver occupies only four. */
const atOnceMax = { all: 64, perWebhook: 4 };

type Options = { database: Database; egress: Egress; sealer: Sealer; limits: SessionEventLimits; log: Log };

/**
 * Attempts due deliveries, in every process. A claim moves the due time of a delivery into the future, so that no transaction stays open
 * during a call, and another process repeats the attempt of a process that died.
 */
export function startWebhookDispatcher(options: Options): PollLoop {
  const { database, limits, log } = options;
  const call = createCall(options.egress, limits.timeoutMs);
  const underWay = new Map<string, number>();
  const running = new Set<Promise<void>>();

  const run = async (delivery: DueDelivery): Promise<void> => {
    count(underWay, delivery.webhookId, 1);
    try {
      await settle(delivery, await attempt(delivery, call, options), options);
    } catch (error) {
      // The delivery is due again when its claim ends.
      log.error({ err: error, sessionEventId: delivery.sessionEventId, webhookId: delivery.webhookId }, 'webhook.unsettled');
    } finally {
      count(underWay, delivery.webhookId, -1);
    }
  };
  const look = async (): Promise<void> => {
    const limit = atOnceMax.all - running.size;
    if (limit <= 0) return;
    const { perWebhook } = atOnceMax;
    for (const delivery of await claimDeliveries(database.sql, { limit, perWebhook, underWay, claimMs: limits.claimMs })) {
      const one = run(delivery).finally(() => {
        running.delete(one);
        loop.wake();
      });
      running.add(one);
    }
  };
  const loop = startPollLoop(look, limits.pollMs, (error) => log.warn({ err: error }, 'webhooks.failed'));
  return {
    wake: () => loop.wake(),
    async stop() {
      await loop.stop();
      await Promise.all(running);
    },
  };
}

function count(underWay: Map<string, number>, webhookId: string, change: number): void {
  const next = (underWay.get(webhookId) ?? 0) + change;
  if (next > 0) underWay.set(webhookId, next);
  else underWay.delete(webhookId);
}

async function attempt(delivery: DueDelivery, call: ReturnType<typeof createCall>, { sealer, log }: Options): Promise<Answer> {
  const { sessionEventId, webhookId } = delivery;
  const secret = openSecret(delivery, sealer, log);
  if (secret === null) return { type: 'failed', failure: 'secret_unreadable', isGone: false, retryAfterMs: null };
  const startedAt = performance.now();
  const at = new Date();
  const body = JSON.stringify(delivery.body);
  const answer = await call(delivery.url, body, {
    'webhook-id': sessionEventId,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign(sessionEventId, at, body),
  });
  const failure = answer.type === 'failed' ? answer.failure : undefined;
  const durationMs = Math.round(performance.now() - startedAt);
  log.info(
    { sessionEventId: sessionEventId, webhookId, type: delivery.type, attempt: delivery.attempt, failure, durationMs },
    'webhook.attempted',
  );
  return answer;
}

function openSecret({ webhookId, secret }: DueDelivery, sealer: Sealer, log: Log): string | null {
  try {
    return sealer.open(secret, sealedAbout(webhookId));
  } catch (error) {
    log.error({ err: error, webhookId }, 'webhook.secret_unreadable: SECRET_KEY differs from the key that encrypted the secret');
    return null;
  }
}

async function settle(delivery: DueDelivery, answer: Answer, { database: { sql }, limits, log }: Options): Promise<void> {
  if (answer.type === 'delivered') return settleDelivered(sql, delivery);
  const { webhookId } = delivery;
  // A test is attempted once and does not count as a failing webhook.
  const isTest = delivery.type === 'ping';
  const delayMs = isTest ? null : retryMs(limits.retryDelaysMs, delivery.attempt, answer.retryAfterMs, Math.random());
  await settleFailed(sql, delivery, answer.failure, delayMs);
  const failingMs = isTest ? 0 : await noteFailing(sql, webhookId);
  const reason = answer.isGone ? 'gone' : failingMs > limits.failingMaxMs ? 'failing' : null;
  if (reason !== null && (await switchOff(sql, webhookId, reason))) log.warn({ webhookId, reason }, 'webhook.disabled');
}
