import { type Heard, textOf } from '@typelane/testkit';

/** The contact's text in a request to the echo bot: the message of a continue, or the first message of a start, which is a variable. */
export function said(request: Heard): string | null {
  if (request.kind === 'continue') return textOf(request) ?? null;
  const first = request.variables?.['firstMessage'];
  return typeof first === 'string' ? first : null;
}
