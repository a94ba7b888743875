import { Command } from 'commander';
import { withFlagNames } from '../arguments/flag-names.ts';
import { parsePort } from '../arguments/option-values.ts';
import { addSecretOptions } from '../arguments/secret-options.ts';
import type { InspectFlags } from '../inspect/run.ts';
import { addExamples } from '../terminal/help.ts';

const description = `Show the deliveries of a store on a web page: search them, see why a delivery failed or was rejected, and replay it. The page is served only to browsers on this machine. To open it from another machine, forward the port with ssh -L, or mount the inspector in your app.

A replayed delivery is handled by the receiver that uses the store. With the secret, the page diagnoses the signatures of rejected requests.`;

/** `inspect`: serve the inspector over a store. */
export function command(): Command {
  const inspect = new Command('inspect')
    .description(description)
    .argument(
      '[store]',
      'a SQLite file, a postgres:// URL or a redis:// URL (default: SPIDERFOOT_WEBHOOK_STORE, or webhooks.db)',
    )
    .option('--port <port>', 'the port; 0 selects a free port', parsePort, 3001)
    .option('--read-only', 'allow no replay, and open the store for reading only')
    .option(
      '--scan-url <url>',
      'the URL of a scan on your SpiderFoot server, with {scanId} in place of its id',
    );
  addSecretOptions(inspect)
    .option('--json', 'print one line of JSON with the URL of the page')
    .action(async (location: string | undefined, flags: InspectFlags) => {
      const { inspect: run } = await import('../inspect/run.ts');
      await withFlagNames(() => run(location, flags));
    });
  return addExamples(inspect, [
    ['inspect webhooks.db', 'Show the deliveries in a SQLite file'],
    ['inspect postgres://ops@db.example/webhooks --read-only', 'Show a production database, without replays'],
  ]);
}
