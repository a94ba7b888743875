import { configDefaults, defineConfig } from 'vitest/config';
import { LongestFirst } from './test/longest-first.ts';

// Tests run on the sources: no build, no stale one. `node` picks the platform's half of `#hmac`.
// No `import` or `module` here: they would reach packages that are loaded by `require` too.
const conditions = ['@spiderfoot-webhooks/source', 'node'];

/** Tests in one process, without sockets, files or other processes, apart from a few exceptions. */
const unit = [
  'packages/core/test/**/*.test.ts',
  'packages/forward/test/{severity,documented-severities,compose/filters}.test.ts',
];

/** Tests that take long and seldom fail, or that need a server. `npm run test:all` runs them, and so does CI. */
const slow = [
  'packages/{bullmq,postgres}/test/**/*.test.ts',
  'packages/store/test/servers/*.test.ts',
  'packages/diagnose/test/{known,recorded}-mistakes.test.ts',
  'packages/telemetry/test/{prometheus/promtool,operations/alert-rules,operations/prometheus-server}.test.ts',
  'packages/cli/test/{init,completion}.test.ts',
  'packages/cli/test/{diagnose,doctor,listen,log,send,store,terminal}/*.test.ts',
  'packages/forward/test/siem/syslog.test.ts',
  'packages/inspector/test/browser/*.test.ts',
  'packages/sqlite/test/file/{full-disk,locked-file,open-failure,replaced-file}.test.ts',
  'packages/sqlite/test/{database/read-only,search/search-text}.test.ts',
  'packages/sqlite/test/{log/two-processes,queue/lost-processes,queue/dead-letters}.test.ts',
  'test/crash/*.test.ts',
  'test/forward/outage.test.ts',
  'test/inspector/every-store.test.ts',
  'test/support/servers/*.test.ts',
  'test/product/{backlog,bundles,deployment,examples,python,recipes,several-machines,shutdown,tarballs}.test.ts',
];

/** These need runtimes that only `npm run test:runtimes` installs. */
const exclude = [...configDefaults.exclude, 'test/runtimes/**'];

/** In CI, a slow test that fails runs once more, and the reporter names it. Its processes share a busy machine. */
const isCI = process.env.CI !== undefined;

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    testTimeout: 30_000,
    hookTimeout: 120_000,
    sequence: { sequencer: LongestFirst },
    reporters: ['default', './test/reporter.ts'],
    projects: [
      { extends: true, test: { name: 'unit', include: unit, exclude } },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts', 'examples/*/test/**/*.test.ts'],
          exclude: [...exclude, ...unit, ...slow],
        },
      },
      {
        extends: true,
        test: { name: 'slow', include: slow, exclude, testTimeout: 90_000, retry: isCI ? 1 : 0 },
      },
      {
        extends: true,
        test: {
          name: 'types',
          include: [],
          // This also reports type errors in all other files of the tsconfig.
          typecheck: {
            enabled: true,
            only: true,
            include: ['**/*.test-d.ts'],
            tsconfig: 'tsconfig.check.json',
          },
        },
      },
    ],
  },
});
