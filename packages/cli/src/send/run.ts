import { signedWebhook } from '@spiderfoot-webhooks/core/testing';
import { requireSecret, type SecretOptions } from '../arguments/secret-options.ts';
import { allowEarlyClose } from '../terminal/output.ts';
import { printJson } from '../terminal/print-json.ts';
import { createClient } from './client.ts';
import { type Delivered, deliver, type Prepared, type Sending } from './deliver.ts';
import { type DialectName, dialectOf } from './dialects.ts';
import { applyFault, type Fault, secretFor } from './faults.ts';
import { type PlannedEvent, type PlannedEvents, planEvents, typesOf } from './plan-events.ts';
import { createProgress } from './progress.ts';
import { readData } from './read-data.ts';
import { requestLines } from './request-lines.ts';
import { deliveredLines, summaryLines } from './result-lines.ts';
import { runConcurrently } from './run-concurrently.ts';
import { createSummaryCounter } from './summary.ts';

/** The options of `send`. */
export interface SendOptions extends SecretOptions, Readonly<Partial<Record<Fault, true>>> {
  readonly url: string;
  readonly dialect?: DialectName;
  readonly data?: string;
  readonly timestamp?: Date;
  readonly header?: Readonly<Record<string, string>>;
  readonly signatureHeader?: string;
  readonly count?: number;
  readonly rate?: number;
  readonly concurrency: number;
  readonly seed?: number;
  readonly retries?: true;
  readonly timeout: number;
  readonly ca?: string;
  readonly clientCert?: string;
  readonly clientKey?: string;
  readonly duplicate?: true;
  readonly list?: true;
  readonly json?: true;
  readonly dryRun?: true;
}

/** Send the events in the options. The exit code shows whether every response was as expected. */
export async function send(type: string, options: SendOptions): Promise<void> {
  if (options.list) {
    allowEarlyClose();
    const types = typesOf(options.dialect);
    if (options.json) return printJson(...types.map((eventType) => ({ eventType })));
    return console.log(types.join('\n'));
  }
  const fault = faultOf(options);
  const isSigned = options.dialect !== 'topic' || options.signatureHeader !== undefined;
  const needsSecret = isSigned && fault !== 'wrongSecret' && fault !== 'unsigned';
  const secret = secretFor(fault, needsSecret ? await requireSecret(options) : undefined);
  const events = planEvents({
    type,
    dialect: options.dialect,
    data: options.data === undefined ? undefined : await readData(options.data),
    count: options.count,
    seed: options.seed,
    timestamp: options.timestamp,
  });
  if (options.dryRun) return showAll(events, (event) => prepare(event, secret, fault, options), options);
  const client = await createClient(options);
  const stop = new AbortController();
  // The first Ctrl-C stops sending and prints the summary. The second Ctrl-C ends the process immediately. A single event
  // has no summary.
  if (events.count > 1) process.once('SIGINT', () => stop.abort());
  const sending: Sending = {
    client,
    retries: options.retries === true,
    duplicate: options.duplicate === true,
    fault,
    signal: stop.signal,
  };
  const next = async () => deliver(await prepare(events.next(), secret, fault, options), sending);
  const isAsExpected =
    events.count === 1
      ? await sendOne(next, options, fault)
      : await sendMany(next, events.count, options, fault, stop.signal);
  await client.close();
  if (!isAsExpected) process.exitCode = 1;
}

/** Print the requests instead of sending them. */
async function showAll(
  { count, next }: PlannedEvents,
  prepared: (event: PlannedEvent) => Promise<Prepared>,
  { duplicate, json }: SendOptions,
): Promise<void> {
  allowEarlyClose();
  for (let shown = 0; shown < count; shown++) {
    const { webhook } = await prepared(next());
    for (const each of duplicate ? [webhook, webhook] : [webhook]) {
      if (json) await printJson(each);
      else console.log(requestLines(each).join('\n'));
    }
  }
}

function faultOf({ tamper, wrongSecret, unsigned, truncate }: SendOptions): Fault | undefined {
  if (tamper) return 'tamper';
  if (wrongSecret) return 'wrongSecret';
  if (unsigned) return 'unsigned';
  return truncate ? 'truncate' : undefined;
}

async function prepare(
  { type, data, timestamp }: PlannedEvent,
  secret: string | false,
  fault: Fault | undefined,
  { url, dialect: givenDialect, header, signatureHeader }: SendOptions,
): Promise<Prepared> {
  const dialect = dialectOf(type, givenDialect);
  const webhook = await signedWebhook(type, {
    secret,
    url,
    dialect,
    data,
    timestamp,
    ...(signatureHeader !== undefined && { signatureHeader: signatureHeader.toLowerCase() }),
    ...(header !== undefined && { headers: header }),
  });
  return { type, dialect, webhook: applyFault(webhook, fault) };
}

type Next = () => Promise<readonly Delivered[]>;

async function sendOne(next: Next, { url, json }: SendOptions, fault: Fault | undefined): Promise<boolean> {
  const delivered = await next();
  if (json) await printJson(...delivered);
  else for (const each of delivered) console.log(deliveredLines(each, url, fault).join('\n'));
  return delivered.every(({ expected }) => expected);
}

async function sendMany(
  next: Next,
  count: number,
  { concurrency, rate, json }: SendOptions,
  fault: Fault | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  const counter = createSummaryCounter();
  const progress = createProgress(count, json !== true);
  await runConcurrently({ count, concurrency, rate, signal }, async () => {
    for (const each of await next()) counter.add(each);
    progress.step(counter.unexpected);
  });
  progress.stop();
  const summary = counter.summary();
  if (json) await printJson(summary);
  else console.log(summaryLines(summary, counter, fault).join('\n'));
  return summary.unexpected === 0 && !signal.aborted;
}
