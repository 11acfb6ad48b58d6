import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';

/** The fields of one entry of BullMQ's event stream, such as `event`, `jobId` and `returnvalue`, as text. */
export type JobEvent = Record<string, string | undefined>;

/** Entries read at a time. */
const pageSize = 500;

/** Milliseconds until a check whether the stream was recreated, and until the next attempt after an error. */
const [blockMs, pauseMs] = [5_000, 500];

type Options = {
  redis: Redis;
  /** BullMQ's key of the queue, `<prefix>:<name>`. */
  queueKey: string;
  /** Resolves when all events are handled. Only then does the position move on. */
  handle(events: JobEvent[]): Promise<void>;
  onError(error: unknown): void;
};

/**
 * Reads the event stream of a queue from where the previous reader stopped. The position is kept in Redis beside the stream, so both are
 * lost together. BullMQ's QueueEvents starts at the end, which loses the events between two readers, and stops permanently at an entry
 * that is not JSON.
 *
 * Needs its own connection, which `stop` closes.
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

/** A lost stream is recreated. If the clock of Redis was set back, its new ids are below the position and would never be read. */
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
