import { defaultMaxBodySize, formatSize } from '@spiderfoot-webhooks/core/config/values';
import { Command, InvalidArgumentError, Option } from 'commander';
import { withFlagNames } from '../arguments/flag-names.ts';
import {
  collect,
  parseCount,
  parseDuration,
  parsePort,
  parseSize,
  parseUrl,
  parseWhole,
} from '../arguments/option-values.ts';
import { addSecretOptions } from '../arguments/secret-options.ts';
import { parseRate, type Rate } from '../listen/endpoints/rate-limit.ts';
import type { ListenFlags } from '../listen/flags.ts';
import { addExamples } from '../terminal/help.ts';

const description = `Receive webhooks and show them, without writing code. Each event is one line: time, severity, type, target, scan, outcome and milliseconds. After a rejection, the next lines show the reason and how to fix it. If the signature is wrong, listen diagnoses it like the diagnose command. If you run listen in a terminal without a secret, it generates one and shows it. With a SQLite store, listen keeps the secret in a file beside the store and uses it again in the next run. Without a terminal, a missing secret is an error unless you pass --make-secret.

Any client can request GET /health, /livez and /readyz to check whether the receiver is up. The details of these checks, such as the number of queued deliveries, and GET /metrics for Prometheus are available only to direct requests from this machine, to localhost or a loopback address. A request through a proxy gets neither. listen recognizes a proxy by HTTP/1.0, or by a header such as Forwarded, X-Forwarded-*, X-Real-IP or Via. It does not recognize a proxy that sends HTTP/1.1 to 127.0.0.1 without such a header. With --metrics-port, health and metrics are served on a separate port, on 127.0.0.1 unless you pass --metrics-host.

With a store, listen also serves the inspector, a web page to view, search and replay deliveries. The inspector is served only on 127.0.0.1, to browsers on this machine.

listen writes the line for an event before it sends the response. If it cannot write the line, because the program that reads the output has ended or the disk is full, it responds with 503 and exits with 1.

On SIGTERM, SIGHUP or Ctrl-C, listen finishes the requests in flight, then exits. A second Ctrl-C exits immediately.`;

/** `listen`: run a receiver without writing code. */
export function command(): Command {
  const listen = new Command('listen').description(description);
  listen
    .optionsGroup('Server:')
    .option(
      '--host <address>',
      'the address to listen on; 0.0.0.0 for all addresses (default: HOST, or 127.0.0.1)',
    )
    .option('--port <port>', 'the port; 0 selects a free port (default: PORT, or 3000)', parsePort)
    .option('--path <path>', 'the path of the webhook (default: /webhook)', parsePath)
    .option(
      '--config <file>',
      "SpiderFoot's INI file, with [webhooks], or [webhooks:NAME] for several endpoints",
    );
  listen.optionsGroup('Senders and events:');
  addSecretOptions(listen)
    .option(
      '--make-secret',
      'generate a secret if you pass none, even without a terminal; with a SQLite store, it is kept in the file STORE.secret',
    )
    .option('--insecure', 'accept unsigned events: anyone who can reach the port can forge them')
    .option(
      '--allow-ip <addresses>',
      'the senders to allow: addresses, ranges, loopback, private; separate with commas or repeat',
      collectList,
    )
    .option(
      '--trust-proxy <addresses>',
      'the addresses of your own proxies; listen trusts their X-Forwarded-For',
      collectList,
    )
    .option(
      '--events <types>',
      'the event types or categories (such as scan) to handle; other events get the response 200 with the status ignored',
      collectList,
    )
    .option('--rate-limit <rate>', 'the maximum rate for each address: 100/m, 10/s, 500/15m', readRate)
    .option(
      '--max-body <size>',
      `the maximum size of a body: 512kb, 10mb (default: ${formatSize(defaultMaxBodySize)})`,
      parseSize,
    )
    .optionsGroup('Handling:')
    .option(
      '--store <location>',
      'keep deliveries in this store: a SQLite file, a postgres:// URL or a redis:// URL; a missing file is created (default: SPIDERFOOT_WEBHOOK_STORE, or no store)',
    )
    .option('--queue', 'respond as soon as a delivery is stored, then handle it and retry failures')
    .option(
      '--keep-rejected <n>',
      'keep the newest N unauthenticated requests in the store, without credentials, so that you can diagnose them; at most 1000',
      parseWhole,
    )
    .option(
      '--save-rejected <folder>',
      'save the newest 100 rejected requests as files for `diagnose`, without credentials, up to 64 KiB of each body',
    )
    .option(
      '--retention <age>',
      'once an hour, delete processed and ignored deliveries that are older than this from the store: 90d',
      parseDuration,
    )
    .option(
      '--concurrency <n>',
      'the maximum number of queued deliveries that are handled at the same time (default: 16)',
      parseCount,
    )
    .option(
      '--forward <target>',
      'forward each event to KIND=URL; KIND is slack, discord, teams, email, webhook, siem, splunk, elastic, ocsf or cef; add settings after the URL, such as types=finding.*,scan_failed severity=HIGH throttle=5s; =@FILE and =env:VARIABLE read a value from a file or the environment; may be repeated',
      collect,
    )
    .option(
      '--forward-to <url>',
      'forward each verified request to your app (such as localhost:8080/webhook) with its body and headers unchanged, and return its response to the sender',
      parseUrl,
    )
    .option(
      '--forward-timeout <time>',
      'the time limit for the response of the app (default: 8s)',
      parseDuration,
    )
    .optionsGroup('TLS:')
    .option('--tls-cert <file>', 'serve HTTPS with the certificate and chain in this file, in PEM')
    .option('--tls-key <file>', 'the private key of the certificate, in PEM')
    .option(
      '--client-ca <file>',
      'accept only senders with a certificate from the authority in this file, in PEM',
    )
    .optionsGroup('Monitoring:')
    .option('--metrics-port <port>', 'serve health and metrics on a separate port', parsePort)
    .addOption(
      new Option('--metrics-host <address>', 'the address of that port').default('127.0.0.1', '127.0.0.1'),
    )
    .option(
      '--max-oldest-seconds <n>',
      'respond to GET /health with 503 if a queued delivery is older than this number of seconds',
      parseWhole,
    )
    .option(
      '--max-dead-letters <n>',
      'respond to GET /health with 503 if the store has more dead letters than this',
      parseWhole,
    )
    .option('--no-inspector', 'do not serve the inspector')
    .option(
      '--inspector-port <port>',
      'the port of the inspector on 127.0.0.1; 0 selects a free port (default: the webhook port plus one, or a free port)',
      parsePort,
    )
    .optionsGroup('Output:')
    .option('--verbose', 'show headers and bodies; secret headers are masked')
    .option('--json', 'print a line of JSON for each event, rejection and error')
    .action(async (flags: ListenFlags) => {
      const { listen: run } = await import('../listen/run.ts');
      await withFlagNames(() => run(flags, process.env));
    });
  return addExamples(listen, [
    ['listen', 'Try it: a secret is generated and shown'],
    ['listen --store webhooks.db --secret-file secret.txt', 'Keep deliveries for `log` and `replay`'],
    ['listen --store webhooks.db --queue --forward slack=@slack-url.txt', 'Respond first, then notify Slack'],
    ['listen --forward-to localhost:8080/webhook', 'Verify the events, and forward them to your app'],
    [
      "listen --forward 'splunk=https://splunk.example.com:8088 token=env:SPLUNK_TOKEN severity=HIGH'",
      'Forward severe events to Splunk, with the token from SPLUNK_TOKEN',
    ],
    ['listen --config spiderfoot.ini --host 0.0.0.0', "Use the settings in SpiderFoot's INI file"],
    [
      'listen --tls-cert cert.pem --tls-key key.pem --client-ca ca.pem',
      'HTTPS, only for senders with a certificate',
    ],
    ['listen --json | jq -r .eventType', 'JSON for another program'],
  ]);
}

function parsePath(text: string): string {
  if (/^\/[\w\-./~%]*$/.test(text)) return text;
  throw new InvalidArgumentError('It must begin with / and contain no query, for example /webhook.');
}

/** Collect a list. `a,b` in one option is the same list as `a` and `b` in two options. */
function collectList(text: string, before: readonly string[] | undefined): readonly string[] {
  const entries = text.split(',').map((entry) => entry.trim());
  if (entries.includes('')) throw new InvalidArgumentError('The list contains an empty entry.');
  return entries.reduce<readonly string[]>((all, entry) => collect(entry, all), before ?? []);
}

function readRate(text: string): Rate {
  const rate = parseRate(text);
  if (rate !== undefined) return rate;
  throw new InvalidArgumentError(
    'It must be a rate such as 100/m, 10/s or 500/15m, with a period of at most seven days.',
  );
}
