import type { Reporter, TestModule } from 'vitest/node';

type Counts = { passed: number; failed: number; skipped: number };

/** Ends a test run with one plain line that people and programs can read: `12 passed, 0 failed`, then `, 3 skipped` when there are any. */
export function summaryReporter(write: (line: string) => void = (line) => void process.stdout.write(`${line}\n`)): Reporter {
  return {
    onTestRunEnd: (modules, unhandledErrors, reason) => {
      const counts = modules.map(countModule).reduce(add, { passed: 0, failed: unhandledErrors.length, skipped: 0 });
      // A run that could not begin (a test server did not start) or was interrupted has failed without a failed test.
      if (reason !== 'passed' && counts.failed === 0) counts.failed = 1;
      const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
      write(`${counts.passed} passed, ${counts.failed} failed${skipped}`);
    },
  };
}

/** A file that fails as a whole (it does not load, a hook throws) has failed even when no test of it did. */
function countModule(module: TestModule): Counts {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0 };
  for (const test of module.children.allTests()) {
    const { state } = test.result();
    if (state === 'passed') counts.passed += 1;
    else if (state === 'failed') counts.failed += 1;
    else counts.skipped += 1;
  }
  if (module.state() === 'failed' && counts.failed === 0) counts.failed = 1;
  return counts;
}

function add(left: Counts, right: Counts): Counts {
  return { passed: left.passed + right.passed, failed: left.failed + right.failed, skipped: left.skipped + right.skipped };
}
