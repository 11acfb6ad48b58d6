import * as fc from 'fast-check';

/** The load and the faults of a run. Drawn from a seed, which fixes the choice of faults and not the timing of processes. */
export type ChaosPlan = {
  seed: number;
  lanes: number;
  messagesPerLane: number;
  workers: number;
  faults: PlannedFault[];
  /** For each request in turn, how Typebot behaves. */
  behaviours: Behaviour[];
  /** For each event in turn: published once, or again under another job id. */
  repeats: boolean[];
  /** Before so many events an unreadable one is published. */
  poisonEvery: number;
  /** What hostile tenants do during the whole run. */
  attacks: readonly AttackKind[];
  /** Typebot answers every call of the honest ones as it should; there is no mute one. */
  isCalm: boolean;
};

export const faultKinds = [
  'killWorker',
  'freezeWorker',
  'replaceWorker',
  'endBackends',
  'killPostgres',
  'cutCommit',
  'killRedis',
  'breakRedis',
  'pauseRedis',
  'flushRedis',
  'forgetReplies',
  'forgetRings',
] as const;
export type FaultKind = (typeof faultKinds)[number];

/** What a tenant can do to the others, if it can: see attacks.ts. */
export const attackKinds = [
  'contractFieldAsFile',
  'failingBot',
  'garbageReceipts',
  'malformedInBulk',
  'base64Files',
  'unreadableWakeUps',
  'flood',
  'skewedClocks',
] as const;
export type AttackKind = (typeof attackKinds)[number];

export type PlannedFault = { kind: FaultKind; worker: number; ms: number };

/** `spoils`: nobody can know how the call ended. */
export type Behaviour =
  | 'well'
  | 'slow'
  | 'unavailable'
  | 'reset'
  | 'resetAfter'
  | 'hang'
  | 'worksOn'
  | 'errorAfter'
  | 'badGateway'
  | 'halfAnswer';

/** Weights of the nightly suite. */
const weights: Record<FaultKind, number> = {
  killWorker: 30,
  freezeWorker: 15,
  replaceWorker: 10,
  endBackends: 6,
  killPostgres: 4,
  cutCommit: 8,
  killRedis: 6,
  breakRedis: 5,
  pauseRedis: 4,
  flushRedis: 5,
  forgetReplies: 4,
  forgetRings: 12,
};

export type ChaosSize = { lanes: number; messagesPerLane: number; workers: number; faults: number };

/** `kinds`: the faults to draw from. */
export type ChaosChoice = { kinds?: readonly FaultKind[]; attacks?: readonly AttackKind[]; isCalm?: boolean };

export function planOf(
  seed: number,
  size: ChaosSize,
  { kinds = faultKinds, attacks = attackKinds, isCalm = false }: ChaosChoice = {},
): ChaosPlan {
  const draw = <T>(arbitrary: fc.Arbitrary<T>, count: number, salt: number): T[] =>
    fc.sample(arbitrary, { seed: seed * 31 + salt, numRuns: count });
  const fault = fc.record({
    kind: fc.oneof(...kinds.map((kind) => ({ weight: weights[kind], arbitrary: fc.constant(kind) }))),
    worker: fc.nat(size.workers - 1),
    ms: fc.integer({ min: 200, max: 2_500 }),
  });
  const behaviour = fc.oneof(
    { weight: 90, arbitrary: fc.constant<Behaviour>('well') },
    { weight: 4, arbitrary: fc.constant<Behaviour>('slow') },
    { weight: 2, arbitrary: fc.constant<Behaviour>('unavailable') },
    {
      weight: 4,
      arbitrary: fc.constantFrom<Behaviour>('reset', 'resetAfter', 'hang', 'worksOn', 'errorAfter', 'badGateway', 'halfAnswer'),
    },
  );
  const events = size.lanes * size.messagesPerLane;
  return {
    seed,
    lanes: size.lanes,
    messagesPerLane: size.messagesPerLane,
    workers: size.workers,
    faults: size.faults === 0 ? [] : draw(fault, size.faults, 1),
    behaviours: isCalm ? ['well'] : draw(behaviour, 997, 2),
    repeats: draw(fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }), events, 3),
    poisonEvery: Math.max(20, Math.floor(events / 10)),
    attacks,
    isCalm,
  };
}
