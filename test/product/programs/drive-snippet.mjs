// Loads a block of a README and sends an event to its app, server or receiver: node drive-snippet.mjs block.js scan_completed
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';
import { getRequestListener } from '@hono/node-server';
import { signedDelivery, signedRequest, signedWebhook } from '@spiderfoot-webhooks/core/testing';

const [, , file = '', type = ''] = process.argv;
const { app, server, POST, receiver, store, default: byDefault } = await import(pathToFileURL(file).href);
const secret = 'your-webhook-secret';

if (server !== undefined) await sendTo(server);
else if (app !== undefined) await sendTo(createServer(listenerOf(app)));
else if (receiver !== undefined) {
  const handled = new Promise((resolve) => {
    receiver.onOutcome(({ status }) => status !== 'accepted' && resolve());
  });
  console.log('outcome', (await receiver.receive(await signedDelivery(type, { secret }))).status);
  await handled;
}
if (POST !== undefined) {
  const response = await POST(await signedRequest('scan.complete', { secret }));
  console.log('POST', response.status);
}
if (byDefault !== undefined) console.log('default is app', byDefault === app);

await receiver?.close();
await store?.close().catch(() => {});

function listenerOf(app) {
  if ('callback' in app) return app.callback();
  return 'fetch' in app ? getRequestListener(app.fetch) : app;
}

async function sendTo(listening) {
  await new Promise((resolve) => listening.listen(0, '127.0.0.1', resolve));
  const { url, ...init } = await signedWebhook(type, {
    secret,
    url: `http://127.0.0.1:${listening.address().port}/webhook`,
  });
  const response = await fetch(url, init);
  console.log('answer', response.status, (await response.json()).status);
  listening.close();
  listening.closeAllConnections();
}
