import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from 'postgres';
import { isDatabaseAway } from '../database-away.ts';
import type { Commit, Committed } from './commit.ts';

/** Milliseconds between tries, and how many: half a minute in all, after which the sweep takes over. */
const retry = { delayMs: 500, triesMax: 60 };

/**
 * Writes a step although connections break: when the answer to a commit was lost it is read back whether the commit was written, and it
 * is written again only if not. So the worker that made a call knows how it ended even when PostgreSQL restarts under it.
 */
export async function commitSurely(
  sql: Sql<{ bigint: number }>,
  write: (step: Commit) => Promise<Committed>,
  step: Commit,
): Promise<Committed> {
  for (let tries = 1; ; tries += 1) {
    try {
      return tries === 1 ? await write(step) : ((await readBack(sql, step)) ?? (await write(step)));
    } catch (error) {
      if (!isDatabaseAway(error) || tries === retry.triesMax) throw error;
      await sleep(retry.delayMs);
    }
  }
}

/** Asks again when the connection broke: for questions that change nothing. */
export async function askSurely<T>(ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await ask();
    } catch (error) {
      if (!isDatabaseAway(error) || tries === retry.triesMax) throw error;
      await sleep(retry.delayMs);
    }
  }
}

/** What the commit would have returned; null when it was not written. */
async function readBack(sql: Sql<{ bigint: number }>, { commitId, conversationId, seq, reply }: Commit): Promise<Committed> {
  const [row] = await sql<{ version: number; more: boolean; handed_seq: number | null; said: boolean }[]>`
    select c.version, c.in_seq > greatest(c.handled_seq, ${seq}) as more, o.seq is not null as said, case when o.handed_at is not null then o.seq end as handed_seq
    from conversations c left join outbox o on o.conversation_id = c.conversation_id and o.reply_id = ${reply?.replyId ?? null}
    where c.conversation_id = ${conversationId} and c.commit_id = ${commitId}`;
  return row ? { version: row.version, more: row.more, handedSeq: row.handed_seq, withheld: reply !== null && !row.said } : null;
}
