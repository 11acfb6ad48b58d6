import type { BotOutcome } from '@typelane/core';
import type { Log } from '@typelane/runtime';
import { type Circuit, createCircuit, type Pass, probeWaitMs } from './circuit.ts';
import { createProbeSchedule, type ProbeSchedule } from './probe-schedule.ts';

/** A host is down when, without an answer in between, this many calls of bots failed, of this many instances. Fewer may all be one tenant's. */
const hostFailures = { callsMin: 5, instancesMin: 3 };

/** The longest `Retry-After` that is honoured, in milliseconds: as long as a conversation holds a message for its host. */
const retryAfterMaxMs = 300_000;

/** Hosts and bots in memory, at most. The least recently called is dropped first. */
const rememberedMax = { hosts: 1_000, bots: 10_000 };

/** Who makes a call. `host`: the origin of the bot's viewer. */
export type Caller = { host: string; publicId: string; instanceId: string; conversationId: string };

/** `inMs`: when to retry; null: a retry is scheduled already. `downMs`: how long calls have been refused. */
export type Refused = { type: 'refused'; inMs: number | null; downMs: number };

export type Admitted = {
  type: 'admitted';
  /** Makes the call and records what its outcome says about host and bot. */
  call(request: () => Promise<BotOutcome>): Promise<BotOutcome>;
  /** The call is over, or was not made. */
  leave(): void;
};

export type Breakers = {
  /** Whether a conversation may call its bot now. `hasBegun`: its turn has made a call already, so it is always admitted. */
  admit(caller: Caller, hasBegun: boolean): Admitted | Refused;
};

type Bot = { circuit: Circuit; schedule: ProbeSchedule };

type Host = Bot & {
  /** By instance: failed calls of its bots since the host last answered anybody. */
  failures: Map<string, number>;
  /** By instance: until when its bot asked not to be called (milliseconds since 1970). */
  retryAfter: Map<string, number>;
};

/**
 * Circuit breakers for the Typebot hosts and bots that this process calls. A host's circuit opens when it cannot be reached, or when the bots
 * of several instances fail. Any other failure concerns only the bot. ADR 0012.
 */
export function createBreakers(log: Log): Breakers {
  const hosts = new Map<string, Host>();
  const bots = new Map<string, Bot>();
  const newHost = (host: string) => (): Host => {
    const schedule = createProbeSchedule();
    const circuit = createCircuit((state, downMs) => {
      log.warn(state === 'open' ? { host } : { host, downMs }, state === 'open' ? 'host.down' : 'host.up');
      if (state === 'closed') schedule.clear();
    });
    return { circuit, schedule, failures: new Map(), retryAfter: new Map() };
  };
  const newBot =
    ({ host, publicId, instanceId }: Caller) =>
    (): Bot => {
      const schedule = createProbeSchedule();
      const circuit = createCircuit((state, downMs) => {
        const bot = { host, instanceId, publicId };
        log.warn(state === 'open' ? bot : { ...bot, downMs }, state === 'open' ? 'bot.down' : 'bot.up');
        if (state === 'closed') schedule.clear();
      });
      return { circuit, schedule };
    };
  return {
    admit(caller, hasBegun) {
      const { instanceId, conversationId } = caller;
      const host = remember(hosts, caller.host, newHost(caller.host), rememberedMax.hosts);
      const bot = remember(bots, JSON.stringify([instanceId, caller.host, caller.publicId]), newBot(caller), rememberedMax.bots);
      if (!hasBegun) {
        const refused = refusal(host, caller, host.circuit.waitMs()) ?? refusal(bot, caller, bot.circuit.waitMs());
        if (refused) return refused;
        if (host.circuit.isOpen() && !host.schedule.isNext(instanceId)) return refuse(host, caller, probeWaitMs);
      }
      for (const { schedule } of [host, bot]) schedule.end(conversationId);
      return admitted(host, bot, instanceId);
    },
  };
}

function remember<Known>(known: Map<string, Known>, key: string, create: () => Known, countMax: number): Known {
  const found = known.get(key) ?? create();
  // Inserted again, so that the map is in order of use.
  known.delete(key);
  known.set(key, found);
  for (const oldest of known.keys()) {
    if (known.size <= countMax) break;
    known.delete(oldest);
  }
  return found;
}

function refusal(called: Bot, caller: Caller, waitMs: number): Refused | null {
  return waitMs > 0 ? refuse(called, caller, waitMs) : null;
}

function refuse({ circuit, schedule }: Bot, { conversationId, instanceId }: Caller, waitMs: number): Refused {
  return { type: 'refused', inMs: schedule.plan(conversationId, instanceId, waitMs), downMs: circuit.downMs() };
}

function admitted(host: Host, bot: Bot, instanceId: string): Admitted {
  const wasFailing = bot.circuit.isOpen();
  const [hostPass, botPass] = [host.circuit.admit(), bot.circuit.admit()];
  if (hostPass.isProbe) host.schedule.probed(instanceId);
  return {
    type: 'admitted',
    async call(request) {
      const outcome = await request();
      record(outcome, { host, bot, instanceId, wasFailing, hostPass, botPass });
      return outcome;
    },
    leave() {
      hostPass.cancelled();
      botPass.cancelled();
    },
  };
}

type CallMade = { host: Host; bot: Bot; instanceId: string; wasFailing: boolean; hostPass: Pass; botPass: Pass };

function record(outcome: BotOutcome, { host, bot, instanceId, wasFailing, hostPass, botPass }: CallMade): void {
  if ('retryAfterMs' in outcome && outcome.retryAfterMs) hold(host, bot, instanceId, outcome.retryAfterMs);
  switch (evidenceOf(outcome)) {
    case 'answered':
      host.failures.clear();
      host.retryAfter.clear();
      hostPass.succeeded();
      botPass.succeeded();
      return;
    case 'unreached':
      hostPass.failed();
      return;
    case 'botFailed':
      botPass.failed();
      // A bot that is known to fail says nothing new about its host.
      if (wasFailing) return;
      if (hostPass.isProbe) hostPass.failed();
      host.failures.set(instanceId, (host.failures.get(instanceId) ?? 0) + 1);
      if (isHostDown(host.failures)) host.circuit.open();
      return;
    case 'nothing':
  }
}

function isHostDown(failures: ReadonlyMap<string, number>): boolean {
  const calls = [...failures.values()].reduce((sum, count) => sum + count, 0);
  return failures.size >= hostFailures.instancesMin && calls >= hostFailures.callsMin;
}

/** A proxy that limits one bot does not limit the others. One that limits bots of several instances limits the host. */
function hold(host: Host, bot: Bot, instanceId: string, retryAfterMs: number): void {
  const now = Date.now();
  const until = now + Math.min(retryAfterMs, retryAfterMaxMs);
  bot.circuit.hold(until);
  host.retryAfter.set(instanceId, until);
  const current = [...host.retryAfter.values()].filter((time) => time > now);
  if (current.length >= hostFailures.instancesMin) host.circuit.hold(Math.max(...current));
}

/**
 * What an outcome says. `unreached`: no connection, which concerns every bot of the host. `botFailed`: no answer or a server error, which a flow
 * can cause by itself. `nothing`: this process caused it, or it is a rate limit, which says when to come back. Anything else, a refusal
 * included, is an answer.
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
