import type { BotOutcome } from '@typelane/core';
import type { Log } from '@typelane/runtime';
import {
  circuitBreaker,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  DelegateBackoff,
  handleWhenResult,
  isBrokenCircuitError,
} from 'cockatiel';

/**
 * Failed calls in a row after which a host is left alone. In a row, not a share of the last ones: a host serves many bots, and one bot
 * whose calls always fail must not keep the others from a host that answers them in between.
 */
const failuresMax = 5;

/** Milliseconds a host is left alone: 1 s, then twice as long each time its probes failed, so a host that is back is noticed within 15 s. */
const rest = { firstMs: 1_000, maxMs: 15_000 };

/** Calls let through after a rest; both answered, the host is back. Few, since each may cost an event its answer. */
const probesMax = 2;

/** Milliseconds a chat waits while others probe its host. */
const probingMs = 500;

/** Milliseconds between two chats that look again: however many waited, 200 a second come back, each probed by one load. */
const spacingMs = 5;

/** Milliseconds that a host's `Retry-After` is honoured, at most; as long as a chat of its own waits for it. */
const holdMaxMs = 300_000;

/** Hosts remembered; the one that was called longest ago is forgotten first. */
const hostsMax = 1_000;

/** `inMs`: look again after so long; null: the chat is about to look again already. `downMs`: for so long has the host answered nobody. */
export type Refused = { type: 'refused'; inMs: number | null; downMs: number };

export type Admitted = {
  type: 'admitted';
  /** Makes the call, and learns from its outcome. */
  call(ask: () => Promise<BotOutcome>): Promise<BotOutcome>;
  /** The call is over, or was not made. */
  leave(): void;
};

export type Breakers = {
  /** Whether a chat may call this host now. `anyhow`: a turn that has begun is not cut off. */
  enter(host: string, conversationId: string, anyhow: boolean): Admitted | Refused;
};

type Host = {
  policy: CircuitBreakerPolicy;
  /** Nobody calls before. */
  restsUntil: number;
  /** Since when the host answers nobody; null: it answers. */
  downSince: number | null;
  /** Probes given out since the last rest, and which rest that was. */
  probes: number;
  restNumber: number;
  /** When the last chat that was refused looks again. */
  lastLookAt: number;
  /** When each refused chat looks again, so that one that is rung for by somebody else meanwhile does not look twice from then on. */
  looks: Map<string, number>;
};

/**
 * What this process knows of each Typebot host: whether it answers. One that does not is left alone for a while, then a few calls are
 * let through, and what becomes of them decides. A host that says `Retry-After` is left alone for as long.
 */
export function createBreakers(log: Log): Breakers {
  const hosts = new Map<string, Host>();
  const hostOf = (name: string): Host => {
    const host = hosts.get(name) ?? newHost(name, log);
    // Set again, so that the map is in order of use.
    hosts.delete(name);
    hosts.set(name, host);
    for (const oldest of hosts.keys()) {
      if (hosts.size <= hostsMax) break;
      hosts.delete(oldest);
    }
    return host;
  };
  return {
    enter(name, conversationId, anyhow) {
      const host = hostOf(name);
      const waitMs = anyhow ? 0 : waitMsOf(host);
      if (waitMs > 0) return refuse(host, conversationId, waitMs);
      host.looks.delete(conversationId);
      return admit(host);
    },
  };
}

function newHost(name: string, log: Log): Host {
  const policy = circuitBreaker(
    handleWhenResult((outcome) => isFailure(outcome as BotOutcome)),
    {
      breaker: new ConsecutiveBreaker(failuresMax),
      halfOpenAfter: new DelegateBackoff(({ attempt }) => restMs(attempt)),
      halfOpenSampling: { calls: probesMax, threshold: 0 },
    },
  );
  const host: Host = { policy, restsUntil: 0, downSince: null, probes: 0, restNumber: 0, lastLookAt: 0, looks: new Map() };
  policy.onStateChange((state) => {
    if (state === CircuitState.Open) {
      host.restNumber += 1;
      host.probes = 0;
      // The breaker's own time, and a moment more, so that it is over for the breaker as well.
      host.restsUntil = Math.max(host.restsUntil, Date.now() + restMs(host.restNumber) + spacingMs);
      host.downSince ??= Date.now();
      if (host.restNumber === 1) log.warn({ host: name }, 'host.down');
    }
    if (state === CircuitState.Closed) {
      log.warn({ host: name, downMs: Date.now() - (host.downSince ?? Date.now()) }, 'host.up');
      Object.assign(host, { restNumber: 0, downSince: null, restsUntil: 0, lastLookAt: 0 });
      host.looks.clear();
    }
  });
  return host;
}

/** `attempt`: rests since the host was well, from 1. */
function restMs(attempt: number): number {
  return Math.min(rest.firstMs * 2 ** (attempt - 1), rest.maxMs);
}

function waitMsOf(host: Host): number {
  const leftMs = host.restsUntil - Date.now();
  if (leftMs > 0) return leftMs;
  return host.policy.state !== CircuitState.Closed && host.probes >= probesMax ? probingMs : 0;
}

function refuse(host: Host, conversationId: string, waitMs: number): Refused {
  const now = Date.now();
  const downMs = host.downSince === null ? 0 : now - host.downSince;
  const known = host.looks.get(conversationId);
  if (known !== undefined && known > now) return { type: 'refused', inMs: null, downMs };
  // Up to a tenth more, so that the chats of several processes do not come all at once.
  const earliest = now + waitMs * (1 + Math.random() / 10);
  host.lastLookAt = Math.max(earliest, host.lastLookAt + spacingMs);
  host.looks.set(conversationId, host.lastLookAt);
  return { type: 'refused', inMs: host.lastLookAt - now, downMs };
}

function admit(host: Host): Admitted {
  const { policy, restNumber } = host;
  let isProbe = policy.state !== CircuitState.Closed && host.probes < probesMax && host.restsUntil <= Date.now();
  if (isProbe) host.probes += 1;
  // A probe that was not made is another chat's.
  const leave = (): void => {
    if (isProbe && restNumber === host.restNumber) host.probes -= 1;
    isProbe = false;
  };
  return {
    type: 'admitted',
    async call(ask) {
      const isOfNow = isProbe ? restNumber === host.restNumber : policy.state === CircuitState.Closed;
      const outcome = await (isOfNow ? throughBreaker(policy, ask, leave) : ask());
      isProbe = false;
      noteHold(host, outcome);
      return outcome;
    },
    leave,
  };
}

/** The call is on record already: it is made, whatever the breaker has come to think meanwhile. */
async function throughBreaker(policy: CircuitBreakerPolicy, ask: () => Promise<BotOutcome>, leave: () => void): Promise<BotOutcome> {
  try {
    return await policy.execute(ask);
  } catch (error) {
    if (!isBrokenCircuitError(error)) throw error;
    leave();
    return ask();
  }
}

/** What a host asks for with `Retry-After` concerns all its chats. */
function noteHold(host: Host, outcome: BotOutcome): void {
  if (outcome.type === 'notSent' && outcome.retryAfterMs !== null && outcome.retryAfterMs > 0) {
    host.restsUntil = Math.max(host.restsUntil, Date.now() + Math.min(outcome.retryAfterMs, holdMaxMs));
    host.downSince ??= Date.now();
  } else if (!isFailure(outcome) && host.policy.state === CircuitState.Closed) {
    host.downSince = null;
    host.looks.clear();
  }
}

/**
 * The host did not answer, or its server failed. Not what it refuses, which is an answer; not an answer that only one bot gives (a reply
 * too large or of another kind); not a limit of calls, which says when to come back; and not what is our own doing.
 */
function isFailure(outcome: BotOutcome): boolean {
  if (outcome.type === 'notSent') return !['http_429', 'late', 'aborted'].includes(outcome.cause);
  return outcome.type === 'uncertain' && /^(timeout|connection_reset|not_http|http_5\d\d)$/.test(outcome.cause);
}
