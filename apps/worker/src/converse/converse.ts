import type { Database } from '@typelane/db';
import { createSealer, type Egress, type Env, type Log, type WakeUp, wake } from '@typelane/runtime';
import { createTypebotClient } from '@typelane/typebot';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Publish } from '../deliver/outbound.ts';
import { createEnrich, preparationLimits } from '../enrich/create-enrich.ts';
import type { Chat } from '../ingest/ingest-batch.ts';
import { createFairLimiter } from '../media/fair-limiter.ts';
import { createKeepFile } from '../media/keep-file.ts';
import type { MediaPorts } from '../media/media-ports.ts';
import { createBulkhead } from './admission.ts';
import { createBreakers } from './breaker.ts';
import { type ConcurrencyLimiter, createConcurrencyLimiter } from './concurrency-limiter.ts';
import { createTurnStore, type TurnDependencies } from './dependencies.ts';
import { createIntegrations } from './integrations.ts';
import { runTurn } from './turn.ts';

type Options = Pick<
  Env,
  | 'SECRET_KEY'
  | 'WORKER_CONCURRENCY'
  | 'TYPEBOT_TIMEOUT_MS'
  | 'TYPEBOT_QUARANTINE_MS'
  | 'TRANSCRIPTION_TIMEOUT_MS'
  | 'SWEEP_INTERVAL_MS'
  | 'QUEUE_PREFIX'
> & { log: Log };

type Parts = { database: Database; redis: Redis; converseQueue: Queue<WakeUp>; publish: Publish; egress: Egress; media: MediaPorts };

export type Converse = {
  limiter: ConcurrencyLimiter;
  /** Starts turns in this process while its limiter has room. Conversations that do not fit are woken through the queue, for any process. */
  startOrWake(conversations: Chat[]): Promise<void>;
  /** Aborts calls that still run. To be called when the limiter is drained. */
  close(): void;
};

/** The turns of this process. */
export function createConverse(options: Options, { database, redis, converseQueue, publish, egress, media }: Parts): Converse {
  const { log, WORKER_CONCURRENCY: concurrency, TYPEBOT_TIMEOUT_MS: timeoutMs, TYPEBOT_QUARANTINE_MS: quarantineMs } = options;
  const store = createTurnStore(database);
  const typebot = createTypebotClient({ egress, timeoutMs });
  const wakeIn = createWakeIn(converseQueue, store, options.SWEEP_INTERVAL_MS, log);
  const startOrWakeOne = (conversationId: string): void => {
    if (!limiter.tryStart(conversationId)) wakeIn(conversationId, 0);
  };
  const bulkhead = createBulkhead(concurrency, startOrWakeOne);
  const fileLimiter = createFairLimiter(preparationLimits(concurrency), startOrWakeOne);
  const deps: TurnDependencies = {
    store,
    typebot,
    times: { timeoutMs, quarantineMs },
    sealer: createSealer(options.SECRET_KEY),
    integrations: createIntegrations(log),
    enrich: createEnrich({ options, database, redis, egress, store: media.store, keep: createKeepFile(media), room: fileLimiter, log }),
    bulkhead,
    breakers: createBreakers(log),
    publish,
    wakeIn,
    log,
  };
  const limiter = createConcurrencyLimiter(
    concurrency,
    (conversationId, redelivery) =>
      runTurn(conversationId, redelivery, deps).finally(() => {
        bulkhead.wakeWaiting();
        fileLimiter.wakeWaiting();
      }),
    (conversationId) => wakeIn(conversationId, 0),
    log,
  );
  return {
    limiter,
    async startOrWake(conversations) {
      const rest = conversations.filter(({ conversationId, isOverdue }) => !limiter.tryStart(conversationId, isOverdue ? 'overdue' : null));
      const [overdue, ordinary] = [rest.filter(({ isOverdue }) => isOverdue), rest.filter(({ isOverdue }) => !isOverdue)];
      await wake(converseQueue, ordinary);
      await wake(converseQueue, overdue, 0, 'overdue');
    },
    close() {
      // Conversations that wait for capacity here are handed to other processes.
      bulkhead.wakeAll();
      fileLimiter.wakeAll();
      typebot.close();
    },
  };
}

/** A wait of at least one sweep interval is also written to the row: otherwise the sweep would wake the conversation before. */
function createWakeIn(
  converseQueue: Queue<WakeUp>,
  { postponeSweep }: TurnDependencies['store'],
  sweepIntervalMs: number,
  log: Log,
): TurnDependencies['wakeIn'] {
  return (conversationId, delayMs) => {
    wake(converseQueue, [{ conversationId }], delayMs).catch((error: unknown) => log.warn({ err: error }, 'wake.failed'));
    if (delayMs < sweepIntervalMs) return;
    postponeSweep({ conversationId, restMs: delayMs }).catch((error: unknown) => log.warn({ err: error }, 'rest.failed'));
  };
}
