import { eventsPerJobMax, inboundEventSchema, type InboundEvent } from '@typelane/core/contracts';
import { inboundExcess } from './inbound-limits.ts';
import { describe, fieldName, problemsOf, sentence, type Problem } from './problem.ts';

/** What was given to `publish()` is no inbound event. The message is one sentence per problem. */
export class InvalidEventError extends Error {
  override name = 'InvalidEventError';
  readonly problems: Problem[];

  constructor(problems: Problem[]) {
    super(problems.map(sentence).join(' '));
    this.problems = problems;
  }
}

/** Throws `InvalidEventError` unless `value` is one inbound event, or an array of 1 to 500, within the limits of a job. */
export function assertInbound(value: unknown): asserts value is InboundEvent | InboundEvent[] {
  const problems = inboundProblems(value);
  if (problems.length > 0) throw new InvalidEventError(problems);
}

function inboundProblems(value: unknown): Problem[] {
  // Limits first: a value nested without end must not reach anything that walks it to the end.
  const excess = inboundExcess(value);
  if (excess !== null) return [excess];
  if (!Array.isArray(value)) return eventProblems(value);
  if (value.length < 1 || value.length > eventsPerJobMax) {
    return [{ field: 'the array of events', expected: `hold 1 to ${eventsPerJobMax} events`, came: `${value.length}` }];
  }
  return value.flatMap((event, index) => eventProblems(event, [index]));
}

/** What keeps `event` from being an inbound event, whatever its size. Empty: nothing. */
export function eventProblems(event: unknown, path: number[] = []): Problem[] {
  const parsed = inboundEventSchema.safeParse(event);
  if (parsed.success) return [];
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    return [{ field: `the event ${fieldName(path)}`.trimEnd(), expected: 'be an object', came: describe(event) }];
  }
  return problemsOf(parsed.error, event, path);
}
