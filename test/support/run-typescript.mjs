/**
 * Runs a TypeScript program on the sources of the packages, as the tests themselves are run:
 *
 *     node run-typescript.mjs <program.ts> <argument>…
 */
import { createViteServer } from 'vitest/node';

const conditions = ['@spiderfoot-webhooks/source', 'node'];
const server = await createViteServer({
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  server: { middlewareMode: true, watch: null, hmr: false, ws: false },
  optimizeDeps: { noDiscovery: true },
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions }, noExternal: [/^@spiderfoot-webhooks\//] },
});
await server.ssrLoadModule(process.argv[2] ?? '');
