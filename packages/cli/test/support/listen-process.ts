import { signedWebhook } from '@spiderfoot-webhooks/core/testing';
import { onTestFinished } from 'vitest';
import { Program } from '../../../../test/product/support/program.ts';
import { binary, emptyFolder, secret } from './command.ts';

export interface ListeningOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A running `listen`. */
export interface Listening {
  readonly program: Program;
  /** The URL of the first webhook. */
  readonly url: string;
  /** Return the parsed lines of standard output, for `--json`. */
  events(): readonly Readonly<Record<string, unknown>>[];
  /** Send SIGTERM, as a process manager does. @returns the exit code */
  stop(): Promise<number | null>;
}

/** Start `listen` on a free port. The default environment contains {@link secret}. It is killed when the test ends. */
export async function listening(
  args: readonly string[] = [],
  { env = { SPIDERFOOT_WEBHOOK_SECRET: secret }, cwd }: ListeningOptions = {},
): Promise<Listening> {
  const program = start(['listen', '--port', '0', ...args], { env, ...(cwd !== undefined && { cwd }) });
  const [, url = ''] = await program.says(/listening on (\S+)/);
  await program.says(/Ctrl-C/);
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

/** Start the command as a process. It is killed when the test ends. */
export function start(args: readonly string[], options: ListeningOptions = {}): Program {
  const program = new Program(process.execPath, [binary, ...args], { cwd: emptyFolder, ...options });
  onTestFinished(() => program.kill());
  return program;
}

/** A response. */
export interface Answered {
  readonly status: number;
  readonly body: string;
}

type SendOptions = Partial<Parameters<typeof signedWebhook>[1]>;

/** Send a signed event. */
export async function sendEvent(
  url: string,
  type = 'scan_completed',
  options: SendOptions = {},
): Promise<Answered> {
  const { url: to, ...init } = await signedWebhook(type, { secret, ...options, url });
  const response = await fetch(to, init);
  return { status: response.status, body: await response.text() };
}

/** Send a GET request. */
export async function get(
  url: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const response = await fetch(new URL(path, url), { headers });
  return { status: response.status, body: await response.text() };
}

/** Wait until a condition is true. The timeout of the test limits the wait. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}
