import { setTimeout as sleep } from 'node:timers/promises';
import type { ClosingReason, Command } from '@typelane/core';
import { closeSessions, type Destination, order, type Ordered, outcomeOf, unsettled } from '@typelane/db';
import { wake } from '@typelane/runtime';
import type { ApiContext } from '../context.ts';
import { inTime } from '../requests/time-limit.ts';

/** How a command ended; null: it stands in the inbox and has not been carried out in the time a request may wait. */
export type Outcome = { final: string; reason: string | null } | null;

/**
 * Orders something of a chat and waits for its effect. The order is durable before anybody is told: when Redis is away or every
 * worker is busy it is carried out later, when the sweep rings.
 */
export async function carryOut(context: ApiContext, instanceId: string, to: Destination, command: Command): Promise<Outcome> {
  const { sql } = context.database;
  const ordered = await order(sql, instanceId, to, command);
  const isHeard = await wakeChat(context, instanceId, [ordered]);
  return isHeard ? untilSettled(context, () => outcomeOf(sql, ordered)) : null;
}

/**
 * Closes every session of an instance, for `reason`, and waits for it as long as a request may wait. Looks twice: a turn that began
 * before whatever brought this about may open a session after the first look.
 */
export async function closeAll(context: ApiContext, instanceId: string, reason: ClosingReason): Promise<void> {
  const { sql } = context.database;
  const ordered = await closeSessions(sql, instanceId, reason);
  await settleAll(context, instanceId, ordered);
  const late = await closeSessions(sql, instanceId, reason, new Set(ordered.map(({ sessionId }) => sessionId)));
  await settleAll(context, instanceId, late);
}

async function settleAll(context: ApiContext, instanceId: string, ordered: Ordered[]): Promise<void> {
  if (ordered.length === 0) return;
  const isHeard = await wakeChat(context, instanceId, ordered);
  if (isHeard) await untilSettled(context, async () => ((await unsettled(context.database.sql, ordered)) === 0 ? true : null));
}

/** Rings for what is on record already. False: Redis did not hear it in time, and the sweep will find it. */
export async function wakeChat(
  { converse, log, config }: ApiContext,
  instanceId: string,
  ordered: Pick<Ordered, 'conversationId'>[],
): Promise<boolean> {
  const chats = ordered.map(({ conversationId }) => ({ instanceId, conversationId }));
  const woken = wake(converse, chats).then(() => true);
  return (await inTime(woken, config.redisTimeoutMs, (error) => log.warn({ err: error, instanceId }, 'wake.failed'))) ?? false;
}

/** Looks often at first, since a free worker needs milliseconds, then less often. */
async function untilSettled<T>({ config }: ApiContext, look: () => Promise<T | null>): Promise<T | null> {
  const deadline = performance.now() + config.settleTimeoutMs;
  for (let pauseMs = 10; ; pauseMs = Math.min(pauseMs * 1.5, 100)) {
    const settled = await look();
    if (settled !== null || performance.now() >= deadline) return settled;
    await sleep(pauseMs);
  }
}
