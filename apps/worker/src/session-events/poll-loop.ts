/** `wake` starts the next poll at once. `stop` waits for a running poll. */
export type PollLoop = { wake(): void; stop(): Promise<void> };

/** Polls every `everyMs`, one poll at a time. A failed poll is reported, and the next one follows on schedule. */
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
