import type { BotCall, BotInquiry } from '@typelane/core';

/** `body` null: a GET. */
export type BotRequest = { url: URL; body: string | null };

/**
 * The URL and the body of a call. Null: `typebotURL` is not a URL, or an id is empty or a dot segment, which would leave the API's path. Query and
 * fragment of `typebotURL` are dropped, a path prefix is kept.
 */
export function requestOf(call: BotCall): BotRequest | null {
  const path = call.type === 'start' ? ['typebots', call.publicId, 'startChat'] : ['sessions', call.typebotSessionId, 'continueChat'];
  const url = urlOf(call.typebotURL, path);
  return url && { url, body: bodyOf(call) };
}

/** Reads a session's result. Null as for `requestOf`. */
export function resultRequestOf({ typebotURL, typebotId, resultId }: BotInquiry): BotRequest | null {
  return reading(typebotURL, ['typebots', typebotId, 'results', resultId]);
}

/** Reads the bot's definition. Null as for `requestOf`. */
export function botRequestOf({ typebotURL, typebotId }: BotInquiry): BotRequest | null {
  return reading(typebotURL, ['typebots', typebotId]);
}

function reading(typebotURL: string, path: string[]): BotRequest | null {
  const url = urlOf(typebotURL, path);
  return url && { url, body: null };
}

function urlOf(typebotURL: string, path: string[]): URL | null {
  const base = baseOf(typebotURL);
  if (base === null || path.some(isUnsafeSegment)) return null;
  return new URL(`${base}/api/v1/${path.map(encodeURIComponent).join('/')}`);
}

/** Keeps a user name and password, so that the egress refuses the URL instead of the call being made without them. */
function baseOf(typebotURL: string): string | null {
  const href = URL.parse(typebotURL)?.href;
  return href?.replace(/[?#].*$/s, '').replace(/\/+$/, '') ?? null;
}

/** An unpaired surrogate cannot be percent-encoded. */
function isUnsafeSegment(segment: string): boolean {
  return segment === '' || segment === '.' || segment === '..' || !segment.isWellFormed();
}

/** Typebot refuses null for optional fields, so they are left out. */
function bodyOf(call: BotCall): string {
  if (call.type === 'start') return JSON.stringify({ prefilledVariables: call.variables });
  return JSON.stringify(call.message === null ? {} : { message: call.message });
}
