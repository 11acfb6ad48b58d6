/** Failed calls in a row after which calls are held back. */
const failuresMax = 5;

/** Milliseconds without calls: 1 s, then twice as long each time a probe failed, so what is back is noticed within 15 s. */
const rest = { firstMs: 1_000, maxMs: 15_000 };

/** Calls let through at once after a rest; the first that is answered ends the outage. */
const probesMax = 2;

/** Milliseconds a chat waits while others probe. */
export const probingMs = 500;

/** One admitted call. Each of its three ends counts once. */
export type Pass = {
  isProbe: boolean;
  failed(): void;
  answered(): void;
  /** The call was not made, or says nothing. A probe is another chat's then. */
  left(): void;
};

/**
 * What is known of one thing that answers or does not. Closed, it lets every call through; open, it rests, and then a few calls probe it.
 * A library's breaker would do for this, but for two things: a hold that is asked for, and a trip that others decide.
 */
export type Circuit = {
  isOpen(): boolean;
  /** Milliseconds until a call may be made; 0: now. */
  waitMs(): number;
  /** For so long has nothing been answered. */
  downMs(): number;
  /** No call is made before `time` (milliseconds since 1970). */
  hold(time: number): void;
  /** Opens, whatever was counted. */
  trip(): void;
  admit(): Pass;
};

/** `changed`: it opened, or closed after so many milliseconds. */
export function createCircuit(changed: (state: 'open' | 'closed', downMs: number) => void): Circuit {
  let failures = 0;
  /** Rests since it was well; 0: closed. */
  let rests = 0;
  let restsUntil = 0;
  let probes = 0;
  let downSince: number | null = null;

  const downMs = (): number => (downSince === null ? 0 : Date.now() - downSince);
  const restAgain = (): void => {
    rests += 1;
    probes = 0;
    restsUntil = Math.max(restsUntil, Date.now() + Math.min(rest.firstMs * 2 ** (rests - 1), rest.maxMs));
    downSince ??= Date.now();
    if (rests === 1) changed('open', 0);
  };
  const recover = (): void => {
    const lastedMs = downMs();
    const wasOpen = rests > 0;
    failures = 0;
    rests = 0;
    probes = 0;
    downSince = restsUntil > Date.now() && !wasOpen ? downSince : null;
    if (!wasOpen) return;
    restsUntil = 0;
    changed('closed', lastedMs);
  };
  const fail = (): void => {
    failures += 1;
    if (failures >= failuresMax) restAgain();
  };

  return {
    isOpen: () => rests > 0,
    waitMs() {
      const leftMs = restsUntil - Date.now();
      if (leftMs > 0) return leftMs;
      return rests > 0 && probes >= probesMax ? probingMs : 0;
    },
    downMs,
    hold(time) {
      restsUntil = Math.max(restsUntil, time);
      downSince ??= Date.now();
    },
    trip() {
      if (rests === 0) restAgain();
    },
    admit() {
      const mine = rests;
      const isProbe = rests > 0 && restsUntil <= Date.now() && probes < probesMax;
      if (isProbe) probes += 1;
      // A call that was let through before the last rest, or in spite of it, says nothing of now.
      const isCurrent = (): boolean => mine === rests && (rests === 0 || isProbe);
      let isOver = false;
      const once = (act: () => void) => (): void => {
        if (!isOver && isCurrent()) act();
        isOver = true;
      };
      return {
        isProbe,
        failed: once(() => (isProbe ? restAgain() : fail())),
        answered: once(recover),
        left: once(() => (probes -= isProbe ? 1 : 0)),
      };
    },
  };
}
