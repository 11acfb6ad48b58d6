import type { BotCall, BotOutcome } from '@typelane/core';
import { readJson } from './json.ts';
import { errorOf, type WireError } from './typebot-error.ts';
import { replyOf } from './wire.ts';

import type { Evidence } from '@typelane/runtime';

/**
 * Names the outcome by what is known about the bytes. `nowMs` (milliseconds since 1970) is only read for a `Retry-After` that
 * is a date. Causes are stable codes of our own: a host that a tenant names may be a private one, and its words would be read where causes are shown.
 */
export function outcomeOf(kind: BotCall['type'], evidence: Evidence, nowMs: number): BotOutcome {
  const { handedOver, status, text, failure } = evidence;
  if (!handedOver) return unsent(failure ?? { code: '', message: '' });
  if (status === null) return { type: 'uncertain', cause: brokenCause(failure?.code ?? '', status) };
  if (status === 429) return { type: 'notSent', cause: 'http_429', retryAfterMs: retryAfterMsOf(evidence.retryAfter, nowMs) };
  if (status === 503) return { type: 'unavailable', cause: 'http_503', retryAfterMs: retryAfterMsOf(evidence.retryAfter, nowMs) };
  if (status >= 300 && status < 400) return { type: 'refused', cause: 'redirect', status };
  if (status === 500 && text !== null && isOwnFailure(errorOf(readJson(text)), status))
    return { type: 'failed', cause: 'bot_failed: http_500' };
  if (status === 408 || status < 200 || (status > 200 && status < 300) || status >= 500)
    return { type: 'uncertain', cause: `http_${status}` };
  if (text !== null) return status === 200 ? answered(kind, text) : denied(kind, status, text);
  // Without its body a 404 may be a lost session as well as a broken bot.
  if (status === 200 || status === 404) return { type: 'uncertain', cause: brokenCause(failure?.code ?? '', status) };
  return { type: 'refused', cause: `http_${status}`, status };
}

function answered(kind: BotCall['type'], text: string): BotOutcome {
  const value = readJson(text);
  if (value === undefined) return { type: 'uncertain', cause: 'not_json' };
  const reply = replyOf(value, kind);
  return reply === null ? { type: 'uncertain', cause: 'wrong_schema' } : { type: 'replied', reply };
}

/** The exact texts: other 404s, like that of a payment block without credentials, leave the session alive. */
const sessionLostCodes: ReadonlySet<string> = new Set(['session_not_found', 'session_expired']);

function denied(kind: BotCall['type'], status: number, text: string): BotOutcome {
  const error = errorOf(readJson(text));
  if (error === null) return { type: 'refused', cause: `http_${status}`, status };
  const { reason } = error;
  if (kind === 'continue' && status === 404 && reason !== null && sessionLostCodes.has(reason))
    return { type: 'sessionLost', cause: reason };
  if (reason === null && !isTypebots(error, status)) return { type: 'refused', cause: `http_${status}`, status };
  return { type: 'refused', cause: `bot_refused: ${reason ?? `http_${status}`}`, status };
}

/** Typebot saves where a session stands as its last act, so an error that it wrote itself ends the call and leaves the session where it was. */
function isOwnFailure(error: WireError | null, status: number): boolean {
  return error?.code === 'INTERNAL_SERVER_ERROR' && isTypebots(error, status);
}

/** The body is an error as Typebot writes it, and not what a proxy or another server says. */
function isTypebots(error: WireError, status: number): boolean {
  return error.code !== null && (error.status === null || error.status === status);
}

function unsent({ code, message }: { code: string; message: string }): BotOutcome {
  if (code === 'EGRESS_REFUSED') return { type: 'refused', cause: `egress_refused: ${message}`, status: null };
  return { type: 'notSent', cause: unsentCauses[code] ?? otherUnsentCause(code), retryAfterMs: null };
}

const unsentCauses: Record<string, string> = {
  LATE: 'late',
  ABORTED: 'aborted',
  TIMEOUT: 'connect_timeout',
  ETIMEDOUT: 'connect_timeout',
  ECONNREFUSED: 'connection_refused',
  ECONNRESET: 'connection_reset',
  EPIPE: 'connection_reset',
  ENOTFOUND: 'dns',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
};

function otherUnsentCause(code: string): string {
  if (/^(?:EAI_|ENODATA|ESERVFAIL|EREFUSED)/.test(code)) return 'dns';
  // OpenSSL's names for a certificate that is not accepted carry no common prefix.
  return /TLS|SSL|CERT|SIGNED|ISSUER|SIGNATURE|CRL|HOSTNAME_MISMATCH|^EPROTO$/.test(code) ? 'tls' : 'connection_failed';
}

function brokenCause(code: string, status: number | null): string {
  const cause = brokenCauses[code];
  if (cause !== undefined) return cause;
  if (code.startsWith('HPE_')) return 'not_http';
  return status === null ? 'connection_reset' : 'truncated';
}

const brokenCauses: Record<string, string> = {
  TIMEOUT: 'timeout',
  ABORTED: 'aborted',
  TOO_LARGE: 'too_large',
  UPGRADE: 'not_http',
  BAD_ENCODING: 'bad_encoding',
};

/** An hour: a host that asks for more is asked again all the same. */
const retryAfterMaxMs = 3_600_000;

/** Milliseconds, 0 to one hour; null when the header is missing or neither a number of seconds nor an HTTP date. */
function retryAfterMsOf(header: string | null, nowMs: number): number | null {
  const value = header?.trim() ?? '';
  const isDate = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(value);
  const waitMs = /^\d+$/.test(value) ? Number(value) * 1_000 : isDate ? Date.parse(value) - nowMs : Number.NaN;
  return Number.isNaN(waitMs) ? null : Math.min(Math.max(waitMs, 0), retryAfterMaxMs);
}
