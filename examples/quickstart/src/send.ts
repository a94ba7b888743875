import { ConfigurationError } from '@spiderfoot-webhooks/core';
import { exitWithReason } from '@spiderfoot-webhooks/core/node';
import { signedWebhook } from '@spiderfoot-webhooks/core/testing';

/** Sends one signed event, as SpiderFoot would: `npm run send`, or `npm run send -- scan.complete`. */
async function main(): Promise<void> {
  const { SPIDERFOOT_WEBHOOK_URL: url = 'http://127.0.0.1:3000/webhook', SPIDERFOOT_WEBHOOK_SECRET: secret } =
    process.env;
  if (secret === undefined || secret === '') {
    throw new ConfigurationError(
      'SPIDERFOOT_WEBHOOK_SECRET',
      'is not set: copy the line that npm start has printed.',
    );
  }
  const type = process.argv[2] ?? 'scan_completed';
  const { body, headers } = await signedWebhook(type, { secret, url });
  const response = await fetch(url, { method: 'POST', headers, body });
  console.log(`${type}: ${response.status} ${await response.text()}`);
  if (!response.ok) process.exitCode = 1;
}

main().catch((error: unknown) => {
  const refused = error instanceof TypeError && error.message === 'fetch failed';
  exitWithReason(refused ? 'Nothing answers there: is npm start running in another terminal?' : error);
});
