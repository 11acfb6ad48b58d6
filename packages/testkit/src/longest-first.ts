import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files that mostly wait: begun first, they end with the others instead of after them. The longest stands first. */
const long = [
  'chaos',
  'infrastructure',
  'shutdown',
  'crash-points',
  'scenarios',
  'doorbell',
  'poison',
  'expiry',
  'order.property',
  'lost-answers',
  'resolver',
  'start',
  'http-faults',
];

/** The order of files where nothing is known of earlier runs, as on a clean machine. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ moduleId }: TestSpecification): number => {
      const at = long.findIndex(
        (name) => moduleId.endsWith(`apps/worker/test/${name}.test.ts`) || moduleId.endsWith(`apps/standalone/test/${name}.test.ts`),
      );
      return at < 0 ? long.length : at;
    };
    return sorted.toSorted((a, b) => place(a) - place(b));
  }
}
