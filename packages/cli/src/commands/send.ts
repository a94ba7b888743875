import { Argument, Command, Option } from 'commander';
import { dialects } from '../send/dialects.ts';
import type { SendOptions } from '../send/run.ts';
import { addExamples } from '../terminal/help.ts';
import { addSecretOptions } from '../terminal/secret.ts';
import {
  collectHeader,
  parseCount,
  parseDate,
  parseDuration,
  parsePositive,
  parseUrl,
  parseWhole,
} from '../terminal/values.ts';

const description = `Send signed events, byte for byte as SpiderFoot's Python writes them, and show what they are answered.

A genuine event has to be answered 2xx. One with a fault has to be answered 401: a receiver that takes it fails.`;

export function command(): Command {
  const command = new Command()
    .description(description)
    .addArgument(
      new Argument('[type]', 'an event type, in the guide\'s names or the shipped ones, or "all"').default(
        'scan_completed',
      ),
    )
    .addOption(
      new Option('-u, --url <url>', 'where to')
        .env('SPIDERFOOT_WEBHOOK_URL')
        .default('http://127.0.0.1:3000/webhook')
        .argParser(parseUrl),
    );
  addSecretOptions(command).option('--list', 'list the event types (of the --dialect)');

  command
    .optionsGroup('What is sent:')
    .addOption(
      new Option(
        '-d, --dialect <name>',
        'the SpiderFoot sender to imitate; "topic" is not signed (default: "shipped" for dotted types, else "guide")',
      ).choices(dialects),
    )
    .option('--data <json|file|->', 'the event\'s data, in place of a sample: JSON, its file, or "-"')
    .option('--timestamp <time>', 'when the first event happened, in place of now', parseDate)
    .option('-H, --header <name: value>', 'a further header; may be repeated', collectHeader)
    .option('--signature-header <name>', 'the signature header (default: that of the sender)')
    .option('--seed <number>', 'makes up the same data for the same number', parseWhole);

  command
    .optionsGroup('How often, how fast:')
    .option('-n, --count <number>', 'how many; more than one is summed up', parseCount)
    .option('-r, --rate <number>', 'at most so many a second', parsePositive)
    .option('-c, --concurrency <number>', 'at most so many at once', parseCount, 8)
    .option('--retries', 'try again as SpiderFoot does, after 1 and 2 s, on whatever is not 2xx')
    .addOption(
      new Option('--timeout <time>', 'how long to wait for an answer')
        .argParser(parseDuration)
        .default(10_000, '10s'),
    );

  command
    .optionsGroup('TLS:')
    .option('--ca <file>', "who signed the server's certificate, where the system does not know")
    .option('--client-cert <file>', 'the certificate to show to the server')
    .option('--client-key <file>', 'its key, where it is not in the same file');

  command
    .optionsGroup('Faults on purpose:')
    .addOption(fault('--tamper', 'change the body after it was signed'))
    .addOption(fault('--wrong-secret', 'sign with another secret'))
    .addOption(fault('--unsigned', 'leave the signature out'))
    .addOption(fault('--truncate', 'lose the second half of the body'))
    .option('--duplicate', 'send each twice: the second has to be known as a duplicate');

  return addExamples(
    command
      .optionsGroup('Output:')
      .option('--json', 'one line of JSON for each; for several, one of all')
      .action(async (type: string, options: SendOptions) => {
        const { send } = await import('../send/run.ts');
        await send(type, options);
      }),
    [
      ['send', 'A finished scan, to a receiver on this machine'],
      [
        'send scan.completed --url https://hooks.example.com/webhook --retries',
        'In the dialect that SpiderFoot ships',
      ],
      [
        'send high_risk_event --data \'{"target":"example.com","data":"CVE-2021-44228"}\'',
        'Data of your own',
      ],
      ['send all --tamper', 'One of each type, none of which is to be taken'],
      ['send --count 5000 --rate 500 --concurrency 32', 'A load, with a histogram of the latency'],
    ],
  );
}

const faultNames = ['tamper', 'wrongSecret', 'unsigned', 'truncate'];

function fault(flag: string, description: string): Option {
  const option = new Option(flag, description);
  return option.conflicts(faultNames.filter((name) => name !== option.attributeName()));
}
