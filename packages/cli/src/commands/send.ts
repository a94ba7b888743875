import { Argument, Command, Option } from 'commander';
import {
  collectHeader,
  parseCount,
  parseDate,
  parseDuration,
  parsePositive,
  parseUrl,
  parseWhole,
} from '../arguments/option-values.ts';
import { addSecretOptions } from '../arguments/secret-options.ts';
import { dialects } from '../send/dialects.ts';
import type { SendOptions } from '../send/run.ts';
import { addExamples } from '../terminal/help.ts';

const description = `Send signed events, byte for byte as SpiderFoot's Python writes them, and show the answers.

A genuine event must be answered 2xx. An event with a fault must be answered 401: a receiver that accepts it fails.`;

export function command(): Command {
  const command = new Command()
    .description(description)
    .addArgument(
      new Argument('[type]', 'an event type of the guide or of SpiderFoot, or "all"').default(
        'scan_completed',
      ),
    )
    .addOption(
      new Option('-u, --url <url>', 'the destination')
        .env('SPIDERFOOT_WEBHOOK_URL')
        .default('http://127.0.0.1:3000/webhook')
        .argParser(parseUrl),
    );
  addSecretOptions(command).option('--list', 'list the event types (of the --dialect)');

  command
    .optionsGroup('Event:')
    .addOption(
      new Option(
        '-d, --dialect <name>',
        'the SpiderFoot sender to imitate; "topic" is not signed (default: "shipped" for dotted types, else "guide")',
      ).choices(dialects),
    )
    .option('--data <json|file|->', 'the event\'s data, instead of a sample: JSON, a JSON file, or "-"')
    .option('--timestamp <time>', 'the time of the first event (default: now)', parseDate)
    .option('-H, --header <name: value>', 'an additional header; may be repeated', collectHeader)
    .option('--signature-header <name>', 'the signature header (default: that of the sender)')
    .option('--seed <number>', 'generate the same data for the same number', parseWhole);

  command
    .optionsGroup('Load:')
    .option('-n, --count <number>', 'the number of events; several are summarized', parseCount)
    .option('-r, --rate <number>', 'the maximum number per second', parsePositive)
    .option('-c, --concurrency <number>', 'the maximum number at the same time', parseCount, 8)
    .option('--retries', 'retry as SpiderFoot does, after 1 and 2 s, if the answer is not 2xx')
    .addOption(
      new Option('--timeout <time>', 'how long to wait for an answer')
        .argParser(parseDuration)
        .default(10_000, '10s'),
    );

  command
    .optionsGroup('TLS:')
    .option('--ca <file>', 'the certificate authority of the server, if the system does not trust it')
    .option('--client-cert <file>', 'the client certificate')
    .option('--client-key <file>', 'the key of the client certificate, if it is in another file');

  command
    .optionsGroup('Faults on purpose:')
    .addOption(fault('--tamper', 'change the body after signing it'))
    .addOption(fault('--wrong-secret', 'sign with another secret'))
    .addOption(fault('--unsigned', 'omit the signature'))
    .addOption(fault('--truncate', 'omit the second half of the body'))
    .option('--duplicate', 'send each event twice: the second must be recognized as a duplicate');

  return addExamples(
    command
      .optionsGroup('Output:')
      .option('--json', 'one line of JSON for an event, or for the summary of several')
      .action(async (type: string, options: SendOptions) => {
        const { send } = await import('../send/run.ts');
        await send(type, options);
      }),
    [
      ['send', 'A completed scan, to a receiver on this machine'],
      [
        'send scan.completed --url https://hooks.example.com/webhook --retries',
        'In the dialect that SpiderFoot ships',
      ],
      [
        'send high_risk_event --data \'{"target":"example.com","data":"CVE-2021-44228"}\'',
        'Data of your own',
      ],
      ['send all --tamper', 'One event of each type, all of which must be rejected'],
      ['send --count 5000 --rate 500 --concurrency 32', 'A load test, with a histogram of the latency'],
    ],
  );
}

const faultNames = ['tamper', 'wrongSecret', 'unsigned', 'truncate'];

function fault(flag: string, description: string): Option {
  const option = new Option(flag, description);
  return option.conflicts(faultNames.filter((name) => name !== option.attributeName()));
}
