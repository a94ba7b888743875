const { createReceiver } = require('@spiderfoot-webhooks/core');
const { webhookListener } = require('@spiderfoot-webhooks/core/node');
const { signedDelivery, signedRequest } = require('@spiderfoot-webhooks/core/testing');
const { fetchHandler } = require('@spiderfoot-webhooks/core/web');
const { openStore } = require('@spiderfoot-webhooks/sqlite');

const adapters = process.argv.slice(2).map((name) => require(`@spiderfoot-webhooks/${name}`));

async function main() {
  const secret = 'bare-s3cret';
  const receiver = createReceiver({ secret });
  receiver.on('scan_completed', ({ data }) => console.log(data.target));
  console.log((await receiver.receive(await signedDelivery('scan.complete', { secret }))).status);
  const response = await fetchHandler(receiver)(await signedRequest('scan_completed', { secret }));
  console.log(response.status);
  const mounts = [...adapters.map(({ webhookHandler }) => webhookHandler), webhookListener];
  console.log(...mounts.map((mount) => typeof mount(receiver)));
  const store = openStore(':memory:');
  const logged = createReceiver({ secret, log: store });
  console.log((await logged.receive(await signedDelivery('scan.complete', { secret }))).status);
  console.log((await store.list()).deliveries.length);
  await store.close();
}

void main();
