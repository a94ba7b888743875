import type { Reporter, SerializedError, TestModule } from 'vitest/node';

/** Names the tests that failed once and then passed, and ends a run with one machine-readable line: `N passed, N failed, N skipped`. */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    // A type error outside of a type test, or an error outside of a test.
    const count = { passed: 0, failed: unhandled.length, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== 'pending') count[state]++;
        if (test.diagnostic()?.flaky === true) console.log(`failed once, then passed: ${test.fullName}`);
      }
      // A file that could not be loaded has no tests. Count it as one failure.
      if (module.state() === 'failed' && module.errors().length > 0) count.failed++;
    }
    console.log(`\n${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
  }
}
