import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from '@typelane/core';
import { closeNextSessions, type Destination, order, type Ordered, outcomeOf, type SessionClosing, unsettled } from '@typelane/db';
import { wake } from '@typelane/runtime';
import type { ApiContext } from '../context.ts';
import { inTime } from '../requests/time-limit.ts';

/** How a command ended. Null: it is committed to the inbox, but was not handled within `settleTimeoutMs`. */
export type Outcome = { final: string; reason: string | null } | null;

/**
 * Commits a command for a chat and waits for its effect. The command is durable before the wake-up is sent: when Redis is away or every
 * worker is busy, the sweep wakes the chat later. `commandId`: a second command with the same id has no further effect.
 */
export async function carryOut(
  context: ApiContext,
  instanceId: string,
  to: Destination,
  command: Command,
  commandId?: string,
): Promise<Outcome> {
  const { sql } = context.database;
  const ordered = await order(sql, instanceId, to, command, commandId);
  const isHeard = await wakeChat(context, instanceId, [ordered]);
  return isHeard ? untilSettled(context, () => outcomeOf(sql, ordered)) : null;
}

/** Sessions closed while the request waits; the worker closes the rest. */
const sessionsPerRequestMax = 100;

/**
 * Closes the first sessions of a closing that is on record, and waits for them as long as a request may wait. The worker carries on: a large
 * instance takes longer than a request.
 */
export async function beginClosing(context: ApiContext, closing: SessionClosing): Promise<void> {
  const { sql } = context.database;
  const { ordered } = await closeNextSessions(sql, closing, { after: null, limit: sessionsPerRequestMax });
  if (ordered.length === 0) return;
  const isHeard = await wakeChat(context, closing.instanceId, ordered);
  if (isHeard) await untilSettled(context, async () => ((await unsettled(sql, ordered)) === 0 ? true : null));
}

/** Wakes conversations whose commands are already committed. False: Redis did not answer in time, and the sweep will wake them. */
export async function wakeChat(
  { converse, log, config }: ApiContext,
  instanceId: string,
  ordered: Pick<Ordered, 'conversationId'>[],
): Promise<boolean> {
  const woken = wake(converse, ordered).then(() => true);
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
