/**
 * Opens a store and prints the result as JSON. Its argument is an `Attempt`.
 */
import { openSync } from 'node:fs';
import { openStore } from '../../src/index.ts';
import type { Attempt } from './open-in-process.ts';

const { path, options, exhaustFiles = false, umask }: Attempt = JSON.parse(process.argv[3] ?? '{}');
if (umask !== undefined) process.umask(umask);
await openStore(':memory:').close();
try {
  if (exhaustFiles) while (openSync('/dev/null', 'r') > 0);
} catch {
  // The limit is reached.
}
try {
  const store = openStore(path, options);
  const { deliveries } = await store.list();
  console.log(JSON.stringify({ opened: true, deliveries: deliveries.length }));
  await store.close();
} catch (error) {
  const { name, message, option } = Object.assign(new Error(), { option: undefined }, error, {
    name: error instanceof Error ? error.name : '',
    message: error instanceof Error ? error.message : '',
  });
  console.log(JSON.stringify({ opened: false, name, option, message }));
}
process.exit(0);
