/**
 * The receiver that the tests kill. It runs on Node with the built packages.
 *
 *     node receiver.mjs <queue|log> <location of the store> <journal>
 *
 * It writes each step of its handler to the journal, and syncs the step `handled`. A line contains
 * `<id> <attempt> <step> <1 if the delivery was committed, 0 if not, ? if the engine did not answer>`.
 */
import { fdatasyncSync, openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { serve, webhookListener } from '@spiderfoot-webhooks/core/node';
import { breakStore } from './broken.mjs';
import { open } from './engines/open-store.mjs';

const [mode, location = '', journalPath = ''] = process.argv.slice(2);
const settings = JSON.parse(process.env.CRASH_SETTINGS ?? '{}');
const { secret, failFirst = 0, handleFor = 0, variant, ...storeOptions } = settings;

const logger = { error: ({ err }, message) => console.error(message, err?.code ?? err) };
const { store, find, close } = await open(location, { ...storeOptions, logger });
const kept = breakStore(store, variant);

const journal = openSync(journalPath, 'a');

async function isCommitted(id) {
  try {
    return (await find(id)) ? 1 : 0;
  } catch {
    return '?';
  }
}

async function note({ id, attempt }, step) {
  const committed = await isCommitted(id);
  writeSync(journal, `${id} ${attempt} ${step} ${committed}\n`);
  if (step === 'handled') fdatasyncSync(journal);
}

const receiver = createReceiver({ secret, ...(mode === 'queue' ? { queue: kept } : { log: kept }) })
  .onAny(
    async ({ data }, context) => {
      await note(context, 'began');
      if (data.target === 'poison.example') process.kill(process.pid, 'SIGKILL');
      if (handleFor > 0) await sleep(handleFor);
      if (context.attempt <= failFirst) {
        await note(context, 'failed');
        throw new Error(`Fails ${failFirst} times`);
      }
      await note(context, 'handled');
    },
    { name: 'journal' },
  )
  .onError((error) => console.error(error.cause?.code ?? error.code ?? error.name));

const { url } = await serve(webhookListener(receiver), receiver, {
  port: 0,
  async onClose() {
    await store.close();
    await close();
  },
});
console.log(`listening on ${url}/webhook as ${process.pid}`);
