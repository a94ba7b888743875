// Open a store and run handlers that never end: node hanging-worker.mjs MODULE PATH OPTIONS
import { pathToFileURL } from 'node:url';

const [, , module = '', path = '', options = '{}'] = process.argv;
const { openJsonStore } = await import(pathToFileURL(module).href);
const store = openJsonStore(path, JSON.parse(options));
store.start('default', () => {
  console.log('began');
  return new Promise(() => {});
});
// A second process whose delivery has become a dead letter has nothing to run.
setInterval(() => {}, 1000);
