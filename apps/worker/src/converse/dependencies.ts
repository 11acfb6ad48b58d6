import type { InboundMessage, Integration } from '@typelane/core';
import {
  batched,
  type Commit,
  commit,
  commitReplaying,
  commitRetracting,
  countDeliveryAttempt,
  countFirstDeliveryAttempt,
  type Database,
  dispatchNext,
  load,
  type Loaded,
  loadLaterEvents,
  mergeConversations,
  type PostponedChat,
  postponeSweep,
  resetDeliveryAttempts,
  retryOnReconnect,
  waitingFrom,
} from '@typelane/db';
import type { Log, Sealer } from '@typelane/runtime';
import type { TypebotClient } from '@typelane/typebot';
import type { Publish } from '../deliver/outbound.ts';
import type { Bulkhead } from './admission.ts';
import type { Breakers } from './breaker.ts';
import type { Integrations } from './integrations.ts';

/** What turns use. All turns of a process share it. */
export type TurnDependencies = {
  store: TurnStore;
  typebot: Pick<TypebotClient, 'ask' | 'inspect'>;
  /** Milliseconds. `timeoutMs`: the limit of one call. `quarantineMs`: how long Typebot may still work on a call of unknown outcome. */
  times: { timeoutMs: number; quarantineMs: number };
  /** Opens the tenant's Typebot token. */
  sealer: Pick<Sealer, 'open'>;
  integrations: Integrations;
  /** Prepares the message at the head for the bot. Null: there is no capacity now, and the conversation is woken when there is. */
  enrich: (loaded: Loaded, integration: Integration | null) => Promise<InboundMessage | null>;
  bulkhead: Bulkhead;
  breakers: Breakers;
  publish: Publish;
  /** Wakes the conversation after `delayMs`. It does not throw: the sweep finds a conversation whose wake-up failed. */
  wakeIn: (conversationId: string, delayMs: number) => void;
  log: Log;
};

export type TurnStore = ReturnType<typeof createTurnStore>;

/**
 * The statements of turns. Loads and commits of concurrent turns share batches. A statement that is harmless to repeat is repeated until
 * PostgreSQL is back, for half a minute at most.
 */
export function createTurnStore({ sql }: Database) {
  const loadBatched = batched((ids: string[]) => load(sql, ids));
  const commitBatched = batched((commits: Commit[]) => commit(sql, commits));
  const postponeBatched = batched(async (postponed: PostponedChat[]) => {
    await postponeSweep(sql, postponed);
    return postponed.map(() => undefined);
  });
  return {
    load: (id: string) => retryOnReconnect(() => loadBatched(id)),
    commit: (entry: Commit) => retryOnReconnect(() => commitBatched(entry)),
    commitRetracting: (entry: Commit) => retryOnReconnect(() => commitRetracting(sql, entry)),
    commitReplaying: (entry: Commit, sessionId: string) => retryOnReconnect(() => commitReplaying(sql, entry, sessionId)),
    loadLaterEvents: (id: string, seq: number) => retryOnReconnect(() => loadLaterEvents(sql, id, seq)),
    waitingFrom: (id: string, seq: number, limit: number) => retryOnReconnect(() => waitingFrom(sql, id, seq, limit)),
    mergeConversations: (id: string) => retryOnReconnect(() => mergeConversations(sql, id)),
    countDeliveryAttempt: (id: string) => retryOnReconnect(() => countDeliveryAttempt(sql, id)),
    countFirstDeliveryAttempt: (id: string) => retryOnReconnect(() => countFirstDeliveryAttempt(sql, id)),
    resetDeliveryAttempts: (id: string) => retryOnReconnect(() => resetDeliveryAttempts(sql, id)),
    dispatchNext: (id: string) => dispatchNext(sql, [id]),
    postponeSweep: (postponed: PostponedChat) => postponeBatched(postponed),
  };
}
