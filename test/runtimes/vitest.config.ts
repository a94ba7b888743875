import config from '../../vitest.config.ts';

const { test: { projects: _, ...test } = {}, ...shared } = config;

/** Tests that start other runtimes. Only `npm run test:runtimes` installs those runtimes. */
export default {
  ...shared,
  test: { ...test, typecheck: { enabled: false }, include: ['test/runtimes/*.test.ts'], exclude: [] },
};
