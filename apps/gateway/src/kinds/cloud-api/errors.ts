import type { Called } from '../../call.ts';
import { fields, number, text } from '../../fields.ts';
import type { SendOutcome } from '../kind.ts';

/** What the codes of the Cloud API ask for. Sources: Meta's error code page and two public clients' tables, 2026-11. */
const meaning = {
  /** Token, permission, account or payment: an operator has to do something. */
  misconfigured: [0, 3, 10, 190, 368, 131_031, 130_497, 131_042, 131_044, 131_045, 131_005, 131_064],
  /** Too many, or a trouble of theirs that passes. */
  later: [1, 2, 4, 80_007, 130_429, 131_000, 131_016, 131_048, 131_056, 131_057, 133_016, 135_000],
} as const;

/** Outside of the 24 hours after the contact's last message only templates are taken. */
export const windowClosed = 131_047;

/** Milliseconds after which a message to the same contact is worth another try: one is let through each 6 seconds. */
const pairRateMs = 6_000;

export function outcomeOfCloudApi(called: Called): SendOutcome & { code?: number } {
  if (called.type === 'failed') {
    const reason = called.code;
    return called.reached === 'no' ? { type: 'later', reason, afterMs: null } : { type: 'uncertain', reason };
  }
  const { status, body, retryAfterMs } = called;
  const keyId = text(fields(firstOf(fields(body)['messages']))['id']);
  if (status >= 200 && status < 300)
    return keyId === null ? { type: 'uncertain', reason: `${status} without an id` } : { type: 'sent', keyId };
  const error = fields(fields(body)['error']);
  const code = number(error['code']);
  const words = text(fields(error['error_data'])['details']) ?? text(error['message']) ?? 'no words';
  const reason = code === null ? `HTTP ${status}` : `${code}: ${words}`.slice(0, 500);
  if (code === null) return withoutCode(status, reason, retryAfterMs);
  if (includes(meaning.misconfigured, code) || (code >= 200 && code <= 299)) return { type: 'misconfigured', reason, code };
  if (includes(meaning.later, code)) return { type: 'later', reason, afterMs: code === 131_056 ? pairRateMs : retryAfterMs, code };
  return { type: 'refused', reason, code };
}

/** 360dialog answers in plain text, and so does whatever stands before Meta. */
function withoutCode(status: number, reason: string, afterMs: number | null): SendOutcome {
  if (status === 401 || status === 403) return { type: 'misconfigured', reason };
  if (status === 429) return { type: 'later', reason, afterMs };
  return status >= 500 ? { type: 'uncertain', reason } : { type: 'refused', reason };
}

function includes(codes: readonly number[], code: number): boolean {
  return codes.includes(code);
}

function firstOf(value: unknown): unknown {
  return Array.isArray(value) ? (value[0] as unknown) : null;
}
