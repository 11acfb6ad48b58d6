import { lookup } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { callbackify } from 'node:util';
import ipaddr from 'ipaddr.js';

export type EgressRefusal = 'bad_url' | 'not_http' | 'credentials_in_url' | 'local_name' | 'not_public_address';

export type Egress = {
  /** Checks everything that needs no name lookup. Call it before every request, not only when the address is saved. */
  check(url: string | URL): { allowed: true } | { allowed: false; reason: EgressRefusal };
  /**
   * Keep-alive agents that look names up themselves and connect to what they have checked. A refused connection fails with an
   * error whose `code` is `EGRESS_REFUSED` and whose message is the reason.
   */
  agents: { http: http.Agent; https: https.Agent };
  /** Closes the connections kept alive. */
  close(): void;
};

export type EgressOptions = {
  /** `host:port` of private hosts the operator trusts, as `parseEgressAllow` gives them. Lifts the address rules for them alone. */
  allow: string[];
  /** Looks a name up; rejects or gives nothing when there is no such name. Default: the system's resolver. */
  resolve?: (host: string) => Promise<string[]>;
  /** Connections per host and port at a time; further requests wait for one. Default: no limit. */
  maxSockets?: number;
};

/** The one gate for requests to addresses that a tenant has typed: it opens for public hosts and for the operator's list. */
export function createEgress({ allow, resolve = resolveBySystem, maxSockets = Infinity }: EgressOptions): Egress {
  const allowed = new Set(allow.map(hostAndPortOf));
  const options = { keepAlive: true, maxSockets, maxFreeSockets: 1_024, timeout: idleSocketMs };
  const agents = { http: new http.Agent(options), https: new https.Agent(options) };
  guard(agents.http, allowed, resolve);
  guard(agents.https, allowed, resolve);
  return {
    check: (url) => verdictOn(url, allowed),
    agents,
    close() {
      agents.http.destroy();
      agents.https.destroy();
    },
  };
}

/**
 * Reads `EGRESS_ALLOW`: `host:port`, comma-separated, an IPv6 address in brackets.
 * @throws {Error} whose message says what is expected and names the entry that is not it.
 */
export function parseEgressAllow(text: string): string[] {
  const entries = text.split(',').map((entry) => entry.trim());
  return entries.filter((entry) => entry !== '').map(hostAndPortOf);
}

/**
 * Milliseconds an unused connection is kept. Shorter than the idle limits of common proxies (nginx 75 s, load balancers 60 s),
 * so that a request seldom meets a connection that is just being closed: such a request is lost in doubt. An agent without a
 * limit of its own also ignores the server's `Keep-Alive: timeout` header (5 s for a Node server), which shortens this one.
 */
const idleSocketMs = 10_000;

function hostAndPortOf(entry: string): string {
  const [, host = '', port = ''] = /^(.+):(\d{1,5})$/.exec(entry) ?? [];
  const url = URL.parse(`http://${host}/`);
  const isHost = url !== null && url.port === '' && url.href === `http://${url.hostname}/` && !host.includes('*');
  if (!isHost || Number(port) < 1 || Number(port) > 65_535) {
    throw new Error(`\`host:port\`, separated by commas, such as bot.example.com:3000 or [::1]:3000 (${JSON.stringify(entry)} is not)`);
  }
  return keyOf(url.hostname, port);
}

/** One spelling for every way to write the same host and port; IPv6 in brackets. */
function keyOf(host: string, port: string | number): string {
  const bare = bareHost(host);
  return `${net.isIPv6(bare) ? `[${bare}]` : bare}:${Number(port)}`;
}

/** As names are compared: lower case, without the dot of a full name and the brackets of IPv6. */
function bareHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '');
}

const urlLengthMax = 2_048;

function verdictOn(input: string | URL, allowed: ReadonlySet<string>): ReturnType<Egress['check']> {
  const url = typeof input === 'string' ? URL.parse(input) : input;
  if (url === null || url.href.length > urlLengthMax) return { allowed: false, reason: 'bad_url' };
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return { allowed: false, reason: 'not_http' };
  if (url.username !== '' || url.password !== '') return { allowed: false, reason: 'credentials_in_url' };
  const defaultPort = url.protocol === 'http:' ? 80 : 443;
  const reason = refusalOf(url.hostname, url.port === '' ? defaultPort : url.port, allowed);
  return reason === null ? { allowed: true } : { allowed: false, reason };
}

/** The rules that need no lookup; null when none refuses. */
function refusalOf(hostname: string, port: string | number, allowed: ReadonlySet<string>): EgressRefusal | null {
  const host = bareHost(hostname);
  if (allowed.has(keyOf(host, port))) return null;
  if (net.isIP(host) !== 0) return isPublic(host) ? null : 'not_public_address';
  return localNames.test(host) ? 'local_name' : null;
}

const localNames = /^$|^(?:.*\.)?localhost$|\.internal$|^metadata(?:\.|$)|^instance-data$|^unix$/;

/** Azure's metadata and control host, which has a public address. */
const publicInNameOnly = new Set(['168.63.129.16']);
const globalUnicast6 = ipaddr.IPv6.parseCIDR('2000::/3');

function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  // Unwraps an IPv4 address mapped into IPv6.
  const parsed = ipaddr.process(address);
  if (publicInNameOnly.has(parsed.toString()) || parsed.range() !== 'unicast') return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(globalUnicast6);
}

type Resolve = NonNullable<EgressOptions['resolve']>;

async function resolveBySystem(host: string): Promise<string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** Node asks no lookup for an address, so addresses are checked again here and only names in the lookup. */
function guard(agent: http.Agent, allowed: ReadonlySet<string>, resolve: Resolve): void {
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, onCreate) => {
    const host = options.host ?? '';
    const port = options.port ?? 0;
    const reason = options.socketPath ? 'bad_url' : refusalOf(host, port, allowed);
    if (reason !== null) {
      onCreate?.(egressRefused(reason), new net.Socket());
      return undefined;
    }
    return connect({ ...options, lookup: lookupFor(allowed.has(keyOf(host, port)), resolve) }, onCreate);
  };
}

function lookupFor(isAllowed: boolean, resolve: Resolve): net.LookupFunction {
  const find = callbackify(async (host: string, family: number) => {
    const addresses = await resolve(host);
    if (!isAllowed && !addresses.every(isPublic)) throw egressRefused('not_public_address');
    const found = addresses
      .map((address) => ({ address, family: net.isIP(address) }))
      .filter((one) => family === 0 || one.family === family);
    const [first] = found;
    if (first === undefined) throw notFound(host);
    return { found, first };
  });
  return (host, { family = 0, all }, callback) => {
    find(host, typeof family === 'string' ? Number(family.slice(-1)) : family, (error, result) => {
      if (error) callback(error, '');
      else if (all) callback(null, result.found);
      else callback(null, result.first.address, result.first.family);
    });
  };
}

function egressRefused(reason: EgressRefusal): NodeJS.ErrnoException {
  return Object.assign(new Error(reason), { code: 'EGRESS_REFUSED' });
}

function notFound(host: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`no address for ${host}`), { code: 'ENOTFOUND' });
}
