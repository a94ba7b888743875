/**
 * The receiver that is killed: plain node, on the built packages.
 *
 *     node receiver.mjs <queue|log> <database> <journal>
 *
 * Each of its handler's steps goes to the journal, that it is done durably, as `<id> <attempt> <step> <whether the delivery was committed>`.
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
/** A connection of its own, which sees what is committed and nothing else. */
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
