import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';

/** What BullMQ writes down of a job: the fields of one entry of its stream, such as `event`, `jobId` and `returnvalue`, as text. */
export type JobEvent = Record<string, string | undefined>;

/** Entries read at a time. */
const pageSize = 500;

/** Milliseconds until a look whether the stream began anew, and until the next attempt where Redis refuses. */
const [blockMs, pauseMs] = [5_000, 500];

type Options = {
  redis: Redis;
  /** BullMQ's key of the queue, `<prefix>:<name>`. */
  queueKey: string;
  /** Returns when all are settled: only then are they done with. */
  handle(events: JobEvent[]): Promise<void>;
  onError(error: unknown): void;
};

/**
 * Reads the stream of a queue's events from where whoever read it before stopped. The place stands in Redis beside the stream, and shares
 * its fate. BullMQ's own QueueEvents begins at the end, so that what happens between two readers is lost, and ends for good at an entry
 * that holds no JSON.
 *
 * Needs a connection of its own, which `stop` ends.
 */
export function readJobEvents({ redis, queueKey, handle, onError }: Options): { stop(): Promise<void> } {
  const stream = `${queueKey}:events`;
  const placeKey = `${queueKey}:typelane-events-read`;
  let isStopping = false;

  const readPage = async (from: string): Promise<string> => {
    const [found] = (await redis.xread('COUNT', pageSize, 'BLOCK', blockMs, 'STREAMS', stream, from)) ?? [];
    if (!found) return (await isBehind(redis, stream, from)) ? start : from;
    const [, entries] = found;
    await handle(entries.map(([, fields]) => eventOf(fields)));
    const last = entries.at(-1)?.[0] ?? from;
    await redis.set(placeKey, last);
    return last;
  };
  const running = (async () => {
    for (let from: string | null = null; !isStopping;) {
      try {
        from ??= (await redis.get(placeKey)) ?? start;
        from = await readPage(from);
      } catch (error) {
        if (isStopping) return;
        onError(error);
        await sleep(pauseMs);
      }
    }
  })();

  return {
    async stop() {
      isStopping = true;
      redis.disconnect();
      await running;
    },
  };
}

const start = '0-0';

/** A stream that Redis lost begins anew, and by a clock that is behind its entries would pass for old ones. */
async function isBehind(redis: Redis, stream: string, place: string): Promise<boolean> {
  const [newest] = await redis.xrevrange(stream, '+', '-', 'COUNT', 1);
  if (!newest) return false;
  const [[ms = 0, nth = 0], [placeMs = 0, placeNth = 0]] = [newest[0], place].map((id) => id.split('-').map(Number)) as [
    number[],
    number[],
  ];
  return ms < placeMs || (ms === placeMs && nth < placeNth);
}

function eventOf(fields: string[]): JobEvent {
  return Object.fromEntries(Array.from({ length: fields.length / 2 }, (_, nth) => [fields[nth * 2] ?? '', fields[nth * 2 + 1]]));
}
