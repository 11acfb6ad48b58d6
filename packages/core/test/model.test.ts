import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Bug } from './model/store.ts';
import type { Answer } from './model/typebot.ts';
import { createWorld, type Setting, type World } from './model/world.ts';

/**
 * Every order in which three workers, a contact, a human, an operator, a consumer and the clock can act on one chat, with workers that
 * die or freeze between any two of their moves. The decisions are core's own; the store has the database's rules.
 */
type Model = Record<string, never>;
type Move = { what: string; act: (world: World) => void };

const moves: fc.Arbitrary<Move>[] = [
  ...[0, 1, 2].map((place) => fc.constant({ what: `worker ${place} moves`, act: (world: World) => world.moves(place) })),
  // Several in a row, and often: to get anywhere, one has to.
  ...[1, 2, 3, 4].map(() =>
    fc.record({ place: fc.nat(2), times: fc.integer({ min: 2, max: 12 }) }).map(({ place, times }) => ({
      what: `worker ${place} moves ${times} times`,
      act: (world: World) => {
        for (let count = 0; count < times; count += 1) world.moves(place);
      },
    })),
  ),
  ...[0, 1, 2].map((place) => fc.constant({ what: `worker ${place} dies`, act: (world: World) => world.dies(place) })),
  ...[1, 2, 3].map(() => fc.constant({ what: 'text comes', act: (world: World) => world.comes('text') })),
  // Rarely: where a human has the chat, nothing else happens.
  fc.constantFrom('human' as const, 'pause' as const, 'open' as const, 'open' as const, 'again' as const).map((what) => ({
    what: `${what} comes`,
    act: (world: World) => world.comes(what),
  })),
  fc
    .constantFrom(100, 1_000, 6_000, 31_000, 70_000, 100_000, 400_000)
    .map((ms) => ({ what: `${ms} ms pass`, act: (world: World) => world.pass(ms) })),
  fc.constant({ what: 'the consumer sends', act: (world: World) => world.consumes() }),
  fc.constant({ what: 'receipts are read', act: (world: World) => world.acknowledges() }),
  fc.constant({ what: 'a timer rings', act: (world: World) => world.rings() }),
];

function commandOf({ what, act }: Move): fc.Command<Model, World> {
  return {
    check: () => true,
    run: (_, world) => {
      act(world);
    },
    toString: () => what,
  };
}

const answers = fc.constantFrom<Answer>('replies', 'replies', 'lostBefore', 'lostAfter', 'resets', 'notSent', 'refused', 'sessionLost');
const settings = fc.record({
  delivery: fc.constantFrom('at-most-once' as const, 'at-least-once' as const),
  expireAfterMinutes: fc.constantFrom(0, 5),
  answers: fc.array(answers, { minLength: 1, maxLength: 8 }),
  isStarted: fc.boolean(),
});

/** Lets so many chats be lived, or until one goes wrong. Null: none did. */
function firstFault(bug: Bug | null, numRuns: number): string | null {
  const commands = fc.commands(
    moves.map((move) => move.map(commandOf)),
    { maxCommands: 30, size: 'max' },
  );
  const life = fc.property(settings, commands, (setting: Omit<Setting, 'bug'>, planned) => {
    const world = createWorld({ ...setting, bug });
    fc.modelRun(() => ({ model: {}, real: world }), planned);
    world.drain();
    if (world.faults.length > 0) throw new Error(world.faults.join('\n'));
  });
  const { failed, errorInstance, counterexample, seed } = fc.check(life, { numRuns, endOnFailure: bug !== null });
  return failed ? `seed ${seed}: ${fc.stringify(counterexample)}\n${String(errorInstance)}` : null;
}

test('whatever happens in whatever order, nothing is lost, repeated, reordered or said two at once', { timeout: 60_000 }, () => {
  expect(firstFault(null, 5_000)).toBeNull();
});

test.each<[bug: Bug, found: RegExp]>([
  ['no version check', /I1:|I4:|I12:/],
  ['a call found open is fresh', /I5:/],
  ['no quarantine', /I4:/],
  ['handed out twice', /I10:/],
])('a store with the bug "%s" is found out', { timeout: 60_000 }, (bug, found) => {
  expect(firstFault(bug, 10_000)).toMatch(found);
});
