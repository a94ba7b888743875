import { Command, InvalidArgumentError, Option } from 'commander';
import { withFlagNames } from '../arguments/flag-names.ts';
import { collect, parsePort, parseSize } from '../arguments/option-values.ts';
import { addSecretOptions } from '../arguments/secret-options.ts';
import { parseRate, type Rate } from '../listen/endpoints/rate-limit.ts';
import type { ListenFlags } from '../listen/flags.ts';
import { addExamples } from '../terminal/help.ts';

const description = `Receives webhooks and shows them, without any code. Each event is one line: time, severity, type, target, scan, outcome and milliseconds. For a rejection, the line is followed by the reason and what to do. If you give no secret on a terminal, one is generated for this run and shown. Without a terminal, a missing secret is an error unless you give --make-secret.

GET /health shows to every client whether the receiver is up. The details of /health, such as the number of queued deliveries, and GET /metrics for Prometheus are shown only to requests from this machine that name its address or localhost as the host and do not come through a proxy. A proxy is recognized by HTTP/1.0, or by a header such as Forwarded, X-Forwarded-*, X-Real-IP or Via. A proxy that sends HTTP/1.1 to 127.0.0.1 without such a header is not recognized. With --metrics-port, health and metrics are served on a separate port, on 127.0.0.1 unless you give --metrics-host.

An event is answered after its line is written. If the output cannot be written, because the program that reads it has ended or the disk is full, events are answered 503 and the command exits with 1.

SIGTERM, SIGHUP and Ctrl-C finish the requests in flight. A second Ctrl-C exits at once.`;

/** `listen`: a receiver with no code to write. */
export function command(): Command {
  const listen = new Command('listen').description(description);
  listen
    .optionsGroup('Where:')
    .option('--host <address>', 'the address to listen on: 0.0.0.0 for all (default: 127.0.0.1, or HOST)')
    .option('--port <port>', '0 selects a free port (default: 3000, or PORT)', parsePort)
    .option('--path <path>', "the webhook's path (default: /webhook)", parsePath)
    .option(
      '--config <file>',
      "SpiderFoot's own INI file: [webhooks], and [webhooks:NAME] for more endpoints",
    );
  listen.optionsGroup('Senders and events:');
  addSecretOptions(listen)
    .option('--make-secret', 'generate a secret for this run if none is given, even without a terminal')
    .option('--insecure', 'accept unsigned events: anyone who reaches the port can forge them')
    .option(
      '--allow-ip <addresses>',
      'allowed senders: addresses, ranges, loopback, private; separate with commas or repeat',
      collectList,
    )
    .option('--trust-proxy <addresses>', 'your own proxies, whose X-Forwarded-For is trusted', collectList)
    .option(
      '--events <types>',
      'the event types or categories (such as scan) to handle; others are answered 200 ignored',
      collectList,
    )
    .option('--rate-limit <rate>', 'the limit for each address: 100/m, 10/s, 500/15m', readRate)
    .option('--max-body <size>', 'the maximum body size: 512kb, 1mb (default: 1mb)', parseSize)
    .optionsGroup('Handling:')
    .option('--db <file>', 'keep deliveries in a SQLite database (or SPIDERFOOT_WEBHOOK_DB)')
    .option('--queue', 'answer once a delivery is in the database, handle it afterward, and retry failures')
    .option(
      '--forward <target>',
      'send events on: slack=URL, discord=URL, teams=URL, siem=URL (key: SPIDERFOOT_SIEM_API_KEY), webhook=URL (secret: SPIDERFOOT_FORWARD_SECRET); =@FILE reads the URL from a file; may be repeated',
      collect,
    )
    .optionsGroup('TLS:')
    .option('--tls-cert <file>', 'serve HTTPS: the certificate with its chain, in PEM')
    .option('--tls-key <file>', 'the key of the certificate')
    .option('--client-ca <file>', 'accept only senders with a certificate of this authority')
    .optionsGroup('Monitoring:')
    .option('--metrics-port <port>', 'serve health and metrics on a separate port', parsePort)
    .addOption(
      new Option('--metrics-host <address>', 'the address of that port').default('127.0.0.1', '127.0.0.1'),
    )
    .optionsGroup('Output:')
    .option('--verbose', 'show bodies and headers, with secret headers masked')
    .option('--json', 'print a line of JSON for each event, rejection and error')
    .action(async (flags: ListenFlags) => {
      const { listen: run } = await import('../listen/run.ts');
      await withFlagNames(() => run(flags, process.env));
    });
  return addExamples(listen, [
    ['listen', 'Try it: a secret is generated and shown'],
    ['listen --db webhooks.db --secret-file secret.txt', 'Keep deliveries for `log` and `replay`'],
    ['listen --db webhooks.db --queue --forward slack=@slack-url.txt', 'Answer first, then notify Slack'],
    ['listen --config spiderfoot.cfg --host 0.0.0.0', "Use the settings in SpiderFoot's own file"],
    [
      'listen --tls-cert cert.pem --tls-key key.pem --client-ca ca.pem',
      'HTTPS, for senders with a certificate',
    ],
    ['listen --json | jq -r .eventType', 'For another program'],
  ]);
}

function parsePath(text: string): string {
  if (/^\/[\w\-./~%]*$/.test(text)) return text;
  throw new InvalidArgumentError('Must begin with / and have no query: /webhook.');
}

/** `a,b` and `a` `b` are the same list. */
function collectList(text: string, before: readonly string[] | undefined): readonly string[] {
  const entries = text.split(',').map((entry) => entry.trim());
  if (entries.includes('')) throw new InvalidArgumentError('An entry of the list is empty.');
  return entries.reduce<readonly string[]>((all, entry) => collect(entry, all), before ?? []);
}

function readRate(text: string): Rate {
  const rate = parseRate(text);
  if (rate !== undefined) return rate;
  throw new InvalidArgumentError('Not a rate such as 100/m, 10/s or 500/15m, over seven days at the most.');
}
