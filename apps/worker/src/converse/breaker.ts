import type { BotOutcome } from '@typelane/core';
import type { Log } from '@typelane/runtime';
import { type Circuit, createCircuit, type Pass, probingMs } from './circuit.ts';
import { createProbeSchedule, type ProbeSchedule } from './probe-schedule.ts';

/** Calls that bots have to fail, with no answer of the host between, before the host counts as down; and of how many instances. Fewer may be one tenant's. */
const failing = { callsMin: 5, instancesMin: 3 };

/** Milliseconds that `Retry-After` is honoured, at most; as long as a chat of its own waits for it. */
const holdMaxMs = 300_000;

/** Hosts and bots remembered; the one that was called longest ago is forgotten first. */
const remembered = { hosts: 1_000, bots: 10_000 };

/** Whose call it is. `host`: the origin of the bot's viewer. */
export type Caller = { host: string; publicId: string; instanceId: string; conversationId: string };

/** `inMs`: look again after so long; null: the chat is about to look again already. `downMs`: for so long has nothing been answered. */
export type Refused = { type: 'refused'; inMs: number | null; downMs: number };

export type Admitted = {
  type: 'admitted';
  /** Makes the call, and learns from its outcome. */
  call(ask: () => Promise<BotOutcome>): Promise<BotOutcome>;
  /** The call is over, or was not made. */
  leave(): void;
};

export type Breakers = {
  /** Whether a chat may call its bot now. `anyhow`: a turn that has begun is not cut off. */
  enter(caller: Caller, anyhow: boolean): Admitted | Refused;
};

type Host = {
  circuit: Circuit;
  looks: ProbeSchedule;
  /** By instance: calls that its bots failed since the host last answered anybody. */
  failures: Map<string, number>;
  /** By instance: until when its bot was asked not to call (milliseconds since 1970). */
  holdsReplies: Map<string, number>;
};

type Bot = { circuit: Circuit; looks: ProbeSchedule };

/**
 * What this process knows of each Typebot host and of each bot there. A host is down when it cannot be reached, or when the bots of several
 * instances fail; what a single bot answers, or does not, is that bot's own. What is down is left alone for a while, then a few calls are
 * let through, and what becomes of them decides.
 */
export function createBreakers(log: Log): Breakers {
  const hosts = new Map<string, Host>();
  const bots = new Map<string, Bot>();
  const newHost = (host: string) => (): Host => {
    const looks = createProbeSchedule();
    const circuit = createCircuit((state, downMs) => {
      log.warn(state === 'open' ? { host } : { host, downMs }, state === 'open' ? 'host.down' : 'host.up');
      if (state === 'closed') looks.clear();
    });
    return { circuit, looks, failures: new Map(), holdsReplies: new Map() };
  };
  const newBot =
    ({ host, publicId, instanceId }: Caller) =>
    (): Bot => {
      const looks = createProbeSchedule();
      const circuit = createCircuit((state, downMs) => {
        const bot = { host, instanceId, publicId };
        log.warn(state === 'open' ? bot : { ...bot, downMs }, state === 'open' ? 'bot.down' : 'bot.up');
        if (state === 'closed') looks.clear();
      });
      return { circuit, looks };
    };
  return {
    enter(caller, anyhow) {
      const { instanceId, conversationId } = caller;
      const host = recall(hosts, caller.host, newHost(caller.host), remembered.hosts);
      const bot = recall(bots, JSON.stringify([instanceId, caller.host, caller.publicId]), newBot(caller), remembered.bots);
      if (!anyhow) {
        const refused = refusal(host, caller, host.circuit.waitMs()) ?? refusal(bot, caller, bot.circuit.waitMs());
        if (refused) return refused;
        if (host.circuit.isOpen() && !host.looks.isNext(instanceId)) return refuse(host, caller, probingMs);
      }
      for (const { looks } of [host, bot]) looks.end(conversationId);
      return admit(host, bot, instanceId);
    },
  };
}

function recall<Known>(known: Map<string, Known>, key: string, create: () => Known, most: number): Known {
  const found = known.get(key) ?? create();
  // Set again, so that the map is in order of use.
  known.delete(key);
  known.set(key, found);
  for (const oldest of known.keys()) {
    if (known.size <= most) break;
    known.delete(oldest);
  }
  return found;
}

function refusal(place: Bot, caller: Caller, waitMs: number): Refused | null {
  return waitMs > 0 ? refuse(place, caller, waitMs) : null;
}

function refuse({ circuit, looks }: Bot, { conversationId, instanceId }: Caller, waitMs: number): Refused {
  return { type: 'refused', inMs: looks.plan(conversationId, instanceId, waitMs), downMs: circuit.downMs() };
}

function admit(host: Host, bot: Bot, instanceId: string): Admitted {
  const wasFailing = bot.circuit.isOpen();
  const [atHost, atBot] = [host.circuit.admit(), bot.circuit.admit()];
  if (atHost.isProbe) host.looks.probed(instanceId);
  const leave = (): void => {
    atHost.left();
    atBot.left();
  };
  return {
    type: 'admitted',
    async call(ask) {
      const outcome = await ask();
      learn(outcome, { host, bot, instanceId, wasFailing, atHost, atBot });
      return outcome;
    },
    leave,
  };
}

type Made = { host: Host; bot: Bot; instanceId: string; wasFailing: boolean; atHost: Pass; atBot: Pass };

function learn(outcome: BotOutcome, { host, bot, instanceId, wasFailing, atHost, atBot }: Made): void {
  if ('retryAfterMs' in outcome && outcome.retryAfterMs) hold(host, bot, instanceId, outcome.retryAfterMs);
  switch (evidenceOf(outcome)) {
    case 'answered':
      host.failures.clear();
      host.holdsReplies.clear();
      atHost.answered();
      atBot.answered();
      return;
    case 'unreached':
      atHost.failed();
      return;
    case 'botFailed':
      atBot.failed();
      // A bot that was known to fail tells nothing new of its host.
      if (wasFailing) return;
      if (atHost.isProbe) atHost.failed();
      host.failures.set(instanceId, (host.failures.get(instanceId) ?? 0) + 1);
      if (areSeveral(host.failures)) host.circuit.trip();
      return;
    case 'nothing':
  }
}

function areSeveral(failures: ReadonlyMap<string, number>): boolean {
  const calls = [...failures.values()].reduce((sum, count) => sum + count, 0);
  return failures.size >= failing.instancesMin && calls >= failing.callsMin;
}

/** A proxy that limits one bot does not limit the others; one that limits several is the host's. */
function hold(host: Host, bot: Bot, instanceId: string, retryAfterMs: number): void {
  const now = Date.now();
  const until = now + Math.min(retryAfterMs, holdMaxMs);
  bot.circuit.hold(until);
  host.holdsReplies.set(instanceId, until);
  const current = [...host.holdsReplies.values()].filter((time) => time > now);
  if (current.length >= failing.instancesMin) host.circuit.hold(Math.max(...current));
}

/**
 * `unreached`: no connection, which concerns everybody. `botFailed`: no answer, or an error of a server, which a flow can bring about by itself.
 * `nothing`: our own doing, or a limit of calls, which says when to come back. Anything else is an answer, a refusal included.
 */
function evidenceOf(outcome: BotOutcome): 'answered' | 'unreached' | 'botFailed' | 'nothing' {
  switch (outcome.type) {
    case 'replied':
    case 'sessionLost':
      return 'answered';
    case 'refused':
      return outcome.status === null ? 'nothing' : 'answered';
    case 'notSent':
      return ['http_429', 'late', 'aborted'].includes(outcome.cause) ? 'nothing' : 'unreached';
    case 'unavailable':
    case 'failed':
      return 'botFailed';
    case 'uncertain':
      if (outcome.cause === 'aborted') return 'nothing';
      return /^(timeout|connection_reset|not_http|http_5\d\d)$/.test(outcome.cause) ? 'botFailed' : 'answered';
  }
}
