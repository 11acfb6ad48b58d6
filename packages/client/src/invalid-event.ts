import {
  eventsPerJobMax,
  fieldName,
  inboundEventSchema,
  type InboundEvent,
  type Problem,
  problemsOf,
  sentenceOf,
  shown,
} from '@typelane/core/contracts';
import { inboundExcess } from './inbound-limits.ts';

/** The argument of `publish()` is not a valid inbound event. The message is one sentence per problem. */
export class InvalidEventError extends Error {
  override name = 'InvalidEventError';
  readonly problems: Problem[];

  constructor(problems: Problem[]) {
    super(problems.map((problem) => sentenceOf(problem, 'The event')).join('. '));
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
    return [{ field: '', expected: `be one event or a list of 1 to ${eventsPerJobMax}`, came: `a list of ${value.length}` }];
  }
  return value.flatMap((event, index) => eventProblems(event, [index]));
}

/** The problems of `event` as an inbound event, except its size. Empty: it is valid. */
export function eventProblems(event: unknown, path: number[] = []): Problem[] {
  const parsed = inboundEventSchema.safeParse(event);
  if (parsed.success) return [];
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    return [{ field: fieldName(path), expected: 'be an object', came: shown(undefined, event) }];
  }
  return problemsOf(parsed.error.issues, event, path);
}
