/**
 * The receiver that the tests kill. It runs on Node with the built packages.
 *
 *     node receiver.mjs <queue|log> <database> <journal>
 *
 * It writes each step of its handler to the journal, and syncs the step `handled`. A line contains
 * `<id> <attempt> <step> <1 if the delivery was committed, else 0>`.
 */
import { fdatasyncSync, openSync, writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createReceiver } from '@spiderfoot-webhooks/core';
import { serve, webhookListener } from '@spiderfoot-webhooks/core/node';
import { openStore } from '@spiderfoot-webhooks/sqlite';
import Database from 'better-sqlite3';
import { breakStore } from './broken.mjs';

const [mode, path = '', journalPath = ''] = process.argv.slice(2);
const settings = JSON.parse(process.env.CRASH_SETTINGS ?? '{}');
const { secret, failFirst = 0, handleFor = 0, variant, ...storeOptions } = settings;

const logger = { error: ({ err }, message) => console.error(message, err?.code ?? err) };
const store = openStore(path, { ...storeOptions, logger });
const kept = breakStore(store, variant);

const journal = openSync(journalPath, 'a');
/** A separate connection, which sees only committed data. */
const reader = new Database(path, { readonly: true });
const find = reader.prepare('SELECT 1 FROM webhook_logs WHERE delivery_id = ?');

function note({ id, attempt }, step) {
  const committed = find.get(id) === undefined ? 0 : 1;
  writeSync(journal, `${id} ${attempt} ${step} ${committed}\n`);
  if (step === 'handled') fdatasyncSync(journal);
}

const receiver = createReceiver({ secret, ...(mode === 'queue' ? { queue: kept } : { log: kept }) })
  .onAny(
    async ({ data }, context) => {
      note(context, 'began');
      if (data.target === 'poison.example') process.kill(process.pid, 'SIGKILL');
      if (handleFor > 0) await sleep(handleFor);
      if (context.attempt <= failFirst) {
        note(context, 'failed');
        throw new Error(`Fails ${failFirst} times`);
      }
      note(context, 'handled');
    },
    { name: 'journal' },
  )
  .onError((error) => console.error(error.cause?.code ?? error.code ?? error.name));

const { url } = await serve(webhookListener(receiver), receiver, {
  port: 0,
  onClose() {
    reader.close();
    return store.close();
  },
});
console.log(`listening on ${url}/webhook as ${process.pid}`);
