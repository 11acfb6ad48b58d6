/** Work that is looked for again and again. `wake`: now, without waiting for the next time. `stop` waits for a look under way. */
export type PollLoop = { wake(): void; stop(): Promise<void> };

/** Looks every `everyMs`, one look at a time. A look that fails is told of, and the next one comes in its time. */
export function startPollLoop(look: () => Promise<void>, everyMs: number, onError: (error: unknown) => void): PollLoop {
  let isStopping = false;
  let isAwake = false;
  let wakeUp = (): void => {};

  const rest = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, everyMs);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
      if (isAwake || isStopping) wakeUp();
    });
  const run = async (): Promise<void> => {
    while (!isStopping) {
      isAwake = false;
      await look().catch(onError);
      await rest();
    }
  };
  const running = run();
  const wake = (): void => {
    isAwake = true;
    wakeUp();
  };
  return {
    wake,
    async stop() {
      isStopping = true;
      wake();
      await running;
    },
  };
}
