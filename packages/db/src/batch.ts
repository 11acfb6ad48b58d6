import { isDatabaseAway } from './database-away.ts';

/**
 * Gathers calls into batches by themselves: a call on an idle batcher goes out at once, calls that come while the allowed
 * number of batches is under way go out together when one returns. So a quiet system pays no wait and a busy one few statements.
 *
 * A failed batch is halved and each half tried again, so that one bad item cannot fail its neighbours: ten statements find it among fifty.
 * That is right only for statements that do all or nothing and may be repeated. Where the database is away no item is at fault: all calls
 * of the batch fail, and whoever repeats them meets the others in a batch again.
 */
export function batched<Item, Result>(
  run: (items: Item[]) => Promise<Result[]>,
  { sizeMax = 50, inFlightMax = 2 }: { sizeMax?: number; inFlightMax?: number } = {},
): (item: Item) => Promise<Result> {
  type Call = { item: Item; resolve: (result: Result) => void; reject: (error: unknown) => void };
  const waiting: Call[] = [];
  let inFlight = 0;
  let isScheduled = false;

  // One turn of the event loop lets the calls of one tick meet.
  const schedule = (): void => {
    if (isScheduled || inFlight >= inFlightMax || waiting.length === 0) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      void flush();
    });
  };

  const flush = async (): Promise<void> => {
    if (inFlight >= inFlightMax) return;
    const calls = waiting.splice(0, sizeMax);
    if (calls.length === 0) return;
    inFlight += 1;
    schedule();
    await settle(calls);
    inFlight -= 1;
    schedule();
  };

  const settle = async (calls: Call[]): Promise<void> => {
    try {
      const results = await run(calls.map(({ item }) => item));
      for (const [index, call] of calls.entries()) call.resolve(results[index] as Result);
    } catch (error) {
      if (calls.length === 1 || isDatabaseAway(error)) return calls.forEach((call) => call.reject(error));
      const middle = Math.ceil(calls.length / 2);
      for (const half of [calls.slice(0, middle), calls.slice(middle)]) await settle(half);
    }
  };

  return (item) =>
    new Promise<Result>((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      schedule();
    });
}
