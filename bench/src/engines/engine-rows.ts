import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '@spiderfoot-webhooks/postgres';
import type { Progress } from '../report/progress.ts';
import { measureSizes, type SizeResult } from '../store/store-rows.ts';
import { engines } from './engine-servers.ts';

/** The cost of a row in PostgreSQL, by the number of rows. */
export interface EngineRowsResult {
  readonly sizes: readonly SizeResult[];
  /** Bytes on the disk for each row, with its indexes and its words, at the largest size. */
  readonly bytesPerRow: number;
}

/** @param most the largest number of rows */
export async function measureEngineRows(most: number, progress: Progress): Promise<EngineRowsResult> {
  const server = await engines.postgres();
  try {
    const store = openStore(server.address);
    await store.ready();
    const empty = bytesIn(server.tables);
    const sizes = await measureSizes(store, most, progress);
    await store.close();
    return { sizes, bytesPerRow: (bytesIn(server.tables) - empty) / most };
  } finally {
    await server.stop();
  }
}

function bytesIn(folder: string): number {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  return files.reduce((sum, { parentPath, name }) => {
    // A file may be deleted in the meantime.
    return sum + (statSync(join(parentPath, name), { throwIfNoEntry: false })?.size ?? 0);
  }, 0);
}
