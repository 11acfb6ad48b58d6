import { isDatabaseAway } from './database-away.ts';

/**
 * Combines calls into batches. A call to an idle batcher runs at once. Calls made while `inFlightMax` batches are running wait and run
 * together when one of them returns. So a quiet system adds no delay, and a busy one runs few statements.
 *
 * A failed batch is halved and each half is tried again, so one bad item does not fail the others: about ten statements find it among
 * fifty. `run` must therefore be atomic and repeatable. When the database is away no item is at fault, and all calls of the batch fail.
 */
export function batched<Item, Result>(
  run: (items: Item[]) => Promise<Result[]>,
  { sizeMax = 50, inFlightMax = 2 }: { sizeMax?: number; inFlightMax?: number } = {},
): (item: Item) => Promise<Result> {
  type Call = { item: Item; resolve: (result: Result) => void; reject: (error: unknown) => void };
  const waiting: Call[] = [];
  let inFlight = 0;
  let isScheduled = false;

  // Waiting for one turn of the event loop puts the calls of one tick into the same batch.
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
