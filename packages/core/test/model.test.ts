import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Bug } from './model/store.ts';
import type { Answer } from './model/typebot.ts';
import { createWorld, type Setting, type World } from './model/world.ts';

/**
 * Random interleavings of three workers, a contact, a human, an operator, a consumer and the clock on one chat. Workers may die or freeze between
 * any two of their moves. The decisions are core's own. The store follows the database's rules.
 */
type Model = Record<string, never>;
type Move = { what: string; act: (world: World) => void };

const moves: fc.Arbitrary<Move>[] = [
  ...[0, 1, 2].map((place) => fc.constant({ what: `worker ${place} moves`, act: (world: World) => world.moves(place) })),
  // Several moves in a row, and often, because a turn takes many moves.
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
  // Rarely, because nothing else happens in a paused chat.
  fc.constantFrom('human' as const, 'pause' as const, 'open' as const, 'open' as const, 'again' as const).map((what) => ({
    what: `${what} comes`,
    act: (world: World) => world.comes(what),
  })),
  fc
    .constantFrom(100, 1_000, 6_000, 31_000, 70_000, 100_000, 400_000)
    .map((ms) => ({ what: `${ms} ms pass`, act: (world: World) => world.pass(ms) })),
  fc.constant({ what: 'the consumer sends', act: (world: World) => world.consumes() }),
  fc.constant({ what: 'receipts are read', act: (world: World) => world.acknowledges() }),
  fc.constant({ what: 'a timer fires', act: (world: World) => world.firesTimer() }),
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

/** Runs `numRuns` chats until one has a fault. Null: none had. */
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

test(
  'in any order of moves, nothing is lost, repeated or reordered, and Typebot never gets two requests at once',
  { timeout: 60_000 },
  () => {
    expect(firstFault(null, 5_000)).toBeNull();
  },
);

test.each<[bug: Bug, found: RegExp]>([
  ['no version check', /I1:|I4:|I12:/],
  ['a call found open is fresh', /I5:/],
  ['no quarantine', /I4:/],
  ['dispatched twice', /I10:/],
])('the bug "%s" in the store is found', { timeout: 60_000 }, (bug, found) => {
  expect(firstFault(bug, 10_000)).toMatch(found);
});
