import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Test files that mostly wait, the longest first. They start before all others, so that the run does not end with one of them. */
const longFiles = [
  'chaos',
  'infrastructure',
  'shutdown',
  'crash-points',
  'scenarios',
  'wake-ups',
  'poison',
  'expiry',
  'order.property',
  'lost-answers',
  'resolver',
  'start',
  'http-faults',
];

/** Orders the files when no earlier run is known, as on a clean machine. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const rankOf = ({ moduleId }: TestSpecification): number => {
      const index = longFiles.findIndex(
        (name) => moduleId.endsWith(`apps/worker/test/${name}.test.ts`) || moduleId.endsWith(`apps/standalone/test/${name}.test.ts`),
      );
      return index < 0 ? longFiles.length : index;
    };
    return sorted.toSorted((a, b) => rankOf(a) - rankOf(b));
  }
}
