import { setTimeout as sleep } from 'node:timers/promises';
import { type ChildWorker, spawnWorker } from '../child-worker.ts';

/** Worker processes, always so many. */
export type WorkerPool = {
  /** SIGKILL, and another takes its place; `meanwhile` begins when the first is gone. */
  kill(place: number, meanwhile: () => Promise<void>): Promise<void>;
  /** SIGSTOP for so long: it wakes and goes on as if nothing had been. */
  freeze(place: number, ms: number, meanwhile: () => Promise<void>): Promise<void>;
  /** SIGTERM, and another takes its place. Exit codes are kept. */
  replace(place: number): Promise<void>;
  exits: readonly (number | null)[];
  logs(): string[];
  stop(): Promise<void>;
};

const startsMax = 3;

export async function startWorkers(count: number, env: () => Record<string, string>): Promise<WorkerPool> {
  const everyone: ChildWorker[] = [];
  const exits: (number | null)[] = [];
  const failures: string[] = [];
  /** One that ends at its start is started again, as a supervisor would; its exit code tells of it. */
  const newWorker = async (tries = 1): Promise<ChildWorker> => {
    try {
      const worker = await spawnWorker(env());
      everyone.push(worker);
      return worker;
    } catch (error) {
      exits.push(1);
      if (tries === startsMax) throw error;
      failures.push(String(error));
      return newWorker(tries + 1);
    }
  };
  const workers = await Promise.all(Array.from({ length: count }, () => newWorker()));
  const at = (place: number): ChildWorker => {
    const worker = workers[place % workers.length];
    if (!worker) throw new Error('There is no such worker');
    return worker;
  };
  return {
    exits,
    async kill(place, meanwhile) {
      const worker = at(place);
      await worker.kill();
      const [next] = await Promise.all([newWorker(), meanwhile()]);
      workers[place % workers.length] = next;
    },
    async freeze(place, ms, meanwhile) {
      const worker = at(place);
      worker.freeze();
      await Promise.all([sleep(ms), meanwhile()]);
      worker.thaw();
    },
    async replace(place) {
      const worker = at(place);
      workers[place % workers.length] = await newWorker();
      exits.push(await worker.stop());
    },
    logs: () => [...everyone.flatMap(({ logs }) => [...logs]), ...failures],
    async stop() {
      exits.push(...(await Promise.all(workers.map((worker) => worker.stop()))));
    },
  };
}
