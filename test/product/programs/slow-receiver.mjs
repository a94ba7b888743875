// Runs a receiver with `serve`. Its handler ends on SIGUSR2: GRACE=20000 node slow-receiver.mjs
import { createReceiver } from '@spiderfoot-webhooks/core';
import { readEnvironment, serve, webhookListener } from '@spiderfoot-webhooks/core/node';

const { GRACE, FAULT } = process.env;
const { host, port, options } = readEnvironment();
const receiver = createReceiver({ ...options, handlerTimeout: 2_000_000_000 });
receiver.onAny(async () => {
  console.log('begun');
  await new Promise((resolve) => process.once('SIGUSR2', resolve));
  console.log('done');
});

const { server, url } = await serve(webhookListener(receiver), receiver, {
  host,
  port,
  ...(GRACE && { grace: Number(GRACE) }),
  async onClose() {
    console.log('closed');
    if (FAULT) throw new Error(FAULT);
  },
});
// Node's own timeouts would close a silent connection. That would hide a server that fails to close it at shutdown.
Object.assign(server, { headersTimeout: 0, requestTimeout: 0, keepAliveTimeout: 0 });
// This line shows the test that `serve` has received the signal and has not exited at once.
process.on('SIGTERM', () => console.error('received SIGTERM'));
// Simulates a Ctrl-C that arrives twice at the same moment.
process.on('SIGHUP', () => {
  for (let n = 0; n < 2; n++) process.emit('SIGINT', 'SIGINT');
});
console.log(`listening on ${url}/webhook`);
