import config from '../../vitest.config.ts';

const { test: { projects: _, ...test } = {}, ...shared } = config;

/** What runs on other runtimes than the tests themselves. They are installed by `npm run test:runtimes` alone. */
export default {
  ...shared,
  test: { ...test, typecheck: { enabled: false }, include: ['test/runtimes/*.test.ts'], exclude: [] },
};
