import { signedWebhook } from '@spiderfoot-webhooks/core/testing';
import { onTestFinished } from 'vitest';
import { Program } from '../../../../test/product/support/program.ts';
import { binary, secret } from './command.ts';

export interface ListeningOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A running `listen`. */
export interface Listening {
  readonly program: Program;
  /** The first webhook's. */
  readonly url: string;
  /** What it has written to standard output, parsed: for `--json`. */
  events(): readonly Readonly<Record<string, unknown>>[];
  /** Ends it as a process manager does. @returns its exit code */
  stop(): Promise<number | null>;
}

/** Starts `listen` on a free port, with {@link secret} unless the environment says otherwise; it ends with the test. */
export async function listening(
  args: readonly string[] = [],
  { env = { SPIDERFOOT_WEBHOOK_SECRET: secret }, cwd }: ListeningOptions = {},
): Promise<Listening> {
  const program = start(['listen', '--port', '0', ...args], { env, ...(cwd !== undefined && { cwd }) });
  const [, url = ''] = await program.says(/listening on (\S+)/);
  await program.says(/Ctrl-C stops it/);
  return {
    program,
    url,
    events: () => program.lines.map((line) => JSON.parse(line)),
    async stop() {
      program.signal('SIGTERM');
      return (await program.end()).code;
    },
  };
}

/** Starts the command as a process that ends with the test. */
export function start(args: readonly string[], options: ListeningOptions = {}): Program {
  const program = new Program(process.execPath, [binary, ...args], options);
  onTestFinished(() => program.kill());
  return program;
}

/** An answer, its body parsed where it is JSON. */
export interface Answered {
  readonly status: number;
  readonly body: string;
}

type SendOptions = Partial<Parameters<typeof signedWebhook>[1]>;

/** Sends a signed event. */
export async function sendEvent(
  url: string,
  type = 'scan_completed',
  options: SendOptions = {},
): Promise<Answered> {
  const { url: to, ...init } = await signedWebhook(type, { secret, ...options, url });
  const response = await fetch(to, init);
  return { status: response.status, body: await response.text() };
}

/** Reads a page. */
export async function get(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const response = await fetch(new URL(path, url), { headers });
  return { status: response.status, body: await response.text() };
}

/** Waits until something holds. Bounded by the test's own time. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
