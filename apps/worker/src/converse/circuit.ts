/** Failed calls in a row that open a circuit. */
const failuresMax = 5;

/** Milliseconds that a circuit stays open: doubled after each failed probe. A recovered host is noticed within `maxMs`. */
const openTime = { firstMs: 1_000, maxMs: 15_000 };

/** Calls in flight at once while a circuit is half-open. The first answer closes it. */
const probesMax = 2;

/** Milliseconds a conversation waits while others probe. */
export const probeWaitMs = 500;

/** One admitted call. Only the first of its three outcomes counts. */
export type Pass = {
  isProbe: boolean;
  failed(): void;
  succeeded(): void;
  /** The call was not made, or its outcome says nothing. If it was a probe, another call may probe instead. */
  cancelled(): void;
};

/**
 * A circuit breaker for one host or bot: closed, it admits every call; open, none; half-open, a few probes. Libraries were not used because
 * they lack two operations: a hold until a given time (`Retry-After`), and opening for reasons that are counted elsewhere.
 */
export type Circuit = {
  /** False while closed; true while open or half-open. */
  isOpen(): boolean;
  /** Milliseconds until a call may be made; 0: now. */
  waitMs(): number;
  /** Milliseconds since calls were first refused; 0: they are not. */
  downMs(): number;
  /** Refuses calls until `time` (milliseconds since 1970). */
  hold(time: number): void;
  /** Opens, whatever the count of failures. */
  open(): void;
  admit(): Pass;
};

/** `onChange`: the circuit opened, or it closed after `downMs` milliseconds. */
export function createCircuit(onChange: (state: 'open' | 'closed', downMs: number) => void): Circuit {
  let failures = 0;
  /** Times the circuit opened since it was last closed; 0: closed. */
  let openings = 0;
  /** No call before this time. Later, if `openings` is above 0, the circuit is half-open. */
  let refusedUntil = 0;
  let probes = 0;
  let downSince: number | null = null;

  const downMs = (): number => (downSince === null ? 0 : Date.now() - downSince);
  const reopen = (): void => {
    openings += 1;
    probes = 0;
    refusedUntil = Math.max(refusedUntil, Date.now() + Math.min(openTime.firstMs * 2 ** (openings - 1), openTime.maxMs));
    downSince ??= Date.now();
    if (openings === 1) onChange('open', 0);
  };
  const close = (): void => {
    const wasDownMs = downMs();
    const wasOpen = openings > 0;
    failures = 0;
    openings = 0;
    probes = 0;
    // A hold that still runs keeps a closed circuit down.
    downSince = refusedUntil > Date.now() && !wasOpen ? downSince : null;
    if (!wasOpen) return;
    refusedUntil = 0;
    onChange('closed', wasDownMs);
  };
  const countFailure = (): void => {
    failures += 1;
    if (failures >= failuresMax) reopen();
  };

  return {
    isOpen: () => openings > 0,
    waitMs() {
      const leftMs = refusedUntil - Date.now();
      if (leftMs > 0) return leftMs;
      return openings > 0 && probes >= probesMax ? probeWaitMs : 0;
    },
    downMs,
    hold(time) {
      refusedUntil = Math.max(refusedUntil, time);
      downSince ??= Date.now();
    },
    open() {
      if (openings === 0) reopen();
    },
    admit() {
      const openingsAtStart = openings;
      const isProbe = openings > 0 && refusedUntil <= Date.now() && probes < probesMax;
      if (isProbe) probes += 1;
      // A call admitted before the circuit last opened, or although it was open, says nothing about now.
      const isCurrent = (): boolean => openingsAtStart === openings && (openings === 0 || isProbe);
      let isSettled = false;
      const once = (act: () => void) => (): void => {
        if (!isSettled && isCurrent()) act();
        isSettled = true;
      };
      return {
        isProbe,
        failed: once(() => (isProbe ? reopen() : countFailure())),
        succeeded: once(close),
        cancelled: once(() => (probes -= isProbe ? 1 : 0)),
      };
    },
  };
}
