import { afterAll, beforeAll } from 'vitest';
import { describeWithServer } from '../../../support/servers/describe-with-server.ts';
import { bullmqEngine } from './bullmq.ts';
import type { EngineServer, SharedEngine } from './engine.ts';
import { postgresEngine } from './postgres.ts';

/** `npm run crash -- --engine postgres` selects one. */
const selected = process.env.CRASH_ENGINE;

const sharedEngines: readonly SharedEngine[] = [postgresEngine, bullmqEngine];

/** An engine whose server the tests of a file share. */
export interface RunningEngine extends SharedEngine {
  readonly server: EngineServer;
}

/**
 * Define tests for each engine that several machines can share. Its server starts before them, and stops after them.
 * @param names the engines. By default, all
 */
export function describeSharedEngines(
  define: (engine: RunningEngine) => void,
  names: readonly string[] = sharedEngines.map(({ name }) => name),
): void {
  for (const engine of sharedEngines) {
    if (!names.includes(engine.name)) continue;
    if (selected !== undefined && selected !== engine.name) continue;
    describeWithServer(engine.required, engine.name, () => {
      let server: EngineServer | undefined;
      beforeAll(async () => {
        server = await engine.start();
      });
      afterAll(() => server?.stop());
      define({
        ...engine,
        get server() {
          if (server === undefined) throw new Error('The server is not running');
          return server;
        },
      });
    });
  }
}
