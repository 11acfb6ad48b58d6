import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '@typelane/db';

export type Watch = {
  /** The counters that decreased. */
  regressions: readonly string[];
  stop(): Promise<void>;
};

/** Counters of a conversation that only ever rise: a worker that overwrites another's step sets one of them back. */
const risingNumbers = ['version', 'in_seq', 'handled_seq', 'out_seq', 'acked_seq'] as const;
type Row = Record<(typeof risingNumbers)[number], number> & { conversation_id: string };

/** Looks at the chats' rows all the time, from a connection of its own. */
export function watchRows({ sql }: Database): Watch {
  const regressions: string[] = [];
  const last = new Map<string, Row>();
  let isStopped = false;
  const look = async (): Promise<void> => {
    const rows = await sql<Row[]>`
      select conversation_id, version::int, in_seq::int, handled_seq::int, out_seq::int, acked_seq::int from conversations`.catch(() => []);
    for (const row of rows) {
      const before = last.get(row.conversation_id);
      last.set(row.conversation_id, row);
      for (const name of risingNumbers)
        if (before && row[name] < before[name])
          regressions.push(`${name} of ${row.conversation_id} fell from ${before[name]} to ${row[name]}`);
    }
  };
  const watching = (async () => {
    while (!isStopped) {
      await look();
      await sleep(100);
    }
  })();
  return {
    regressions,
    async stop() {
      isStopped = true;
      await watching;
      await look();
    },
  };
}
