import { type Heard, textOf } from '@typelane/testkit';

/** What the echo bot was told by a request: the words of a continue, and of a start the first message, which it carries as a variable. */
export function said(request: Heard): string | null {
  if (request.kind === 'continue') return textOf(request) ?? null;
  const first = request.variables?.['firstMessage'];
  return typeof first === 'string' ? first : null;
}
