import { fileURLToPath } from 'node:url';
import { Process, runTypeScript } from '../../../../test/support/child-process.ts';
import type { StoreOptions } from '../../src/index.ts';

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** What another process does with a store. */
export interface Order {
  readonly connection: string;
  readonly options: StoreOptions;
  /** The number of deliveries to put into the queue. */
  readonly enqueue?: number;
  /** The id of a delivery to record as received. The process then keeps running. */
  readonly record?: string;
  /** Starts a worker whose handler does not end. */
  readonly hang?: boolean;
}

/** Start another process with a store. Its standard output says what it does. */
export function startStoreProcess(order: Order, wrapper: readonly string[] = []): Process {
  const program = runTypeScript(here('store-process.ts'), JSON.stringify(order));
  const [command = '', ...args] = [...wrapper, process.execPath, ...program];
  return new Process(command, args, here('.'));
}

/** Claim the due deliveries in another process, and kill it while its handlers run. */
export async function loseStore(order: Order): Promise<void> {
  const program = startStoreProcess({ ...order, hang: true });
  await program.waitForLine('began');
  await program.kill();
}
