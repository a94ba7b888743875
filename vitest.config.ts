import { defineConfig } from 'vitest/config';

// Tests run on the sources: no build, no stale one. `node` picks the platform's half of `#hmac`.
// No `import` or `module` here: they would reach packages that are loaded by `require` too.
const conditions = ['@spiderfoot-webhooks/source', 'node'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts', 'examples/*/test/**/*.test.ts'],
    // These need runtimes that only `npm run test:runtimes` installs.
    exclude: ['**/node_modules/**', 'test/runtimes/**'],
    typecheck: { enabled: true, include: ['**/*.test-d.ts'], tsconfig: 'tsconfig.check.json' },
    testTimeout: 30_000,
    hookTimeout: 120_000,
    reporters: ['default', './test/reporter.ts'],
  },
});
