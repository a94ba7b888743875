import { Argument, Command, Option } from 'commander';
import {
  collectHeader,
  looksLikeUrl,
  parseCount,
  parseDate,
  parseDuration,
  parsePositive,
  parseUrl,
  parseWhole,
} from '../arguments/option-values.ts';
import { addConfigOptions, addSecretOptions } from '../arguments/secret-options.ts';
import { UsageFailure } from '../failure/failure.ts';
import { dialects } from '../send/dialects.ts';
import type { SendOptions } from '../send/run.ts';
import { addExamples } from '../terminal/help.ts';

const defaultType = 'scan_completed';

const description = `Send signed events, byte for byte as SpiderFoot's Python code writes them, and show the responses.

The expected response is 2xx for a genuine event, and 401 for an event with a fault. The exit code is 1 if a response is not as expected.`;

/** `send`: send signed events as SpiderFoot does, or with a fault. */
export function command(): Command {
  const command = new Command()
    .description(description)
    .addArgument(
      new Argument(
        '[type]',
        'the event type; --list shows the known types; "all" sends one event of each type',
      )
        .argParser((text) => (looksLikeUrl(text) ? parseUrl(text) : text))
        .default(defaultType),
    )
    .argument('[webhook]', 'the URL of the webhook, instead of --url; you can omit the type', parseUrl)
    .addOption(
      new Option('-u, --url <url>', 'the URL of the webhook')
        .env('SPIDERFOOT_WEBHOOK_URL')
        .default('http://127.0.0.1:3000/webhook')
        .argParser(parseUrl),
    );
  addConfigOptions(addSecretOptions(command)).option(
    '--list',
    'list the known event types, or only those of the --dialect',
  );

  command
    .optionsGroup('Event:')
    .addOption(
      new Option(
        '-d, --dialect <name>',
        'the SpiderFoot sender to imitate; events from "topic" are not signed (default: "shipped" for types with a dot, otherwise "guide")',
      ).choices(dialects),
    )
    .option(
      '--data <json|file|->',
      'the data of the event, instead of a sample: JSON, a JSON file, or "-" for standard input',
    )
    .option('--timestamp <time>', 'the time of the first event (default: now)', parseDate)
    .option('-H, --header <name: value>', 'an additional header; may be repeated', collectHeader)
    .option(
      '--signature-header <name>',
      'the name of the signature header (default: the header of the dialect)',
    )
    .option('--seed <number>', 'a seed for generated data; the same seed produces the same data', parseWhole);

  command
    .optionsGroup('Load:')
    .option('-n, --count <number>', 'the number of events; if there are several, show a summary', parseCount)
    .option('-r, --rate <number>', 'the maximum number of events per second', parsePositive)
    .option('-c, --concurrency <number>', 'the maximum number of requests at the same time', parseCount, 8)
    .option('--retries', 'if the response is not 2xx, retry as SpiderFoot does: after 1 s, then after 2 s')
    .addOption(
      new Option('--timeout <time>', 'the time limit for each response')
        .argParser(parseDuration)
        .default(10_000, '10s'),
    );

  command
    .optionsGroup('TLS:')
    .option('--ca <file>', "the file of the certificate authority to trust instead of the system's, in PEM")
    .option('--client-cert <file>', 'the file of a client certificate to send, in PEM')
    .option('--client-key <file>', 'the file of its private key, if the key is in another file');

  command
    .optionsGroup('Deliberate faults:')
    .addOption(fault('--tamper', 'change the body after signing it'))
    .addOption(fault('--wrong-secret', 'sign with another secret'))
    .addOption(fault('--unsigned', 'omit the signature'))
    .addOption(fault('--truncate', 'send only the first half of the body'))
    .option(
      '--duplicate',
      'send each event twice; the receiver must recognize the second one as a duplicate',
    );

  return addExamples(
    command
      .optionsGroup('Output:')
      .option('--dry-run', 'print the headers and the body of each request, and send nothing')
      .option('--json', 'print one line of JSON for each event, or for the summary of several')
      .action(async (type: string, webhook: string | undefined, options: SendOptions) => {
        const { send } = await import('../send/run.ts');
        const isUrlOnly = webhook === undefined && looksLikeUrl(type);
        const given = isUrlOnly ? type : webhook;
        if (given !== undefined && command.getOptionValueSource('url') === 'cli') {
          throw new UsageFailure('The URL and --url cannot be combined.', 'Pass only one of them.');
        }
        const isDefault = given === undefined && command.getOptionValueSource('url') === 'default';
        const url = (isDefault ? await configuredUrl(options) : given) ?? options.url;
        await send(isUrlOnly ? defaultType : type, { ...options, url });
      }),
    [
      ['send', 'A completed scan, to a receiver on this machine'],
      ['send scan_failed localhost:8080/hooks', 'Another event, to another address'],
      [
        'send scan.completed --url https://hooks.example.com/webhook --retries',
        'An event as the shipped SpiderFoot sends it, with retries',
      ],
      [
        'send high_risk_event --data \'{"target":"example.com","data":"CVE-2021-44228"}\'',
        'An event with your own data',
      ],
      ['send all --tamper', 'One event of each type, all of which must be rejected'],
      ['send --count 5000 --rate 500 --concurrency 32', 'A load test, with a histogram of the latency'],
    ],
  );
}

/** Return the URL to which SpiderFoot sends the events of an endpoint. */
async function configuredUrl(options: SendOptions): Promise<string | undefined> {
  const { readConfigEndpoint } = await import('../arguments/config-endpoint.ts');
  const endpoint = await readConfigEndpoint(options);
  return endpoint && (endpoint.sender.url ?? new URL(endpoint.path, 'http://127.0.0.1:3000').href);
}

const faultNames = ['tamper', 'wrongSecret', 'unsigned', 'truncate'];

function fault(flag: string, description: string): Option {
  const option = new Option(flag, description);
  return option.conflicts(faultNames.filter((name) => name !== option.attributeName()));
}
