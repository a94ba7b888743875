// Opens a store and runs handlers that never end: node hanging-worker.mjs MODULE PATH OPTIONS
import { pathToFileURL } from 'node:url';

const [, , module = '', path = '', options = '{}'] = process.argv;
const { openJsonStore } = await import(pathToFileURL(module).href);
const store = openJsonStore(path, JSON.parse(options));
store.start('default', () => {
  console.log('began');
  return new Promise(() => {});
});
// Keep the process running even if its delivery has become a dead letter and it has no handler to run.
setInterval(() => {}, 1000);
