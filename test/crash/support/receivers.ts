import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { type Ending, Program } from '../../product/support/program.ts';
import { secret } from './sender.ts';

/** What the receiver program takes by its environment, beside the store's own options. */
export interface ReceiverSettings {
  readonly lease?: number;
  readonly maxAttempts?: number;
  readonly baseDelay?: number;
  readonly maxDelay?: number;
  readonly closeTimeout?: number;
  /** How often its handler fails before it succeeds. */
  readonly failFirst?: number;
  /** Milliseconds that its handler takes. */
  readonly handleFor?: number;
  /** A fault, by its name in `broken.mjs`. */
  readonly variant?: string;
}

/** Short, so that a test sees the end of leases and of waits. */
const quick = { lease: 600, pollInterval: 100, baseDelay: 20, maxDelay: 200, maxAttempts: 10 };

export type Mode = 'queue' | 'log';

/** A database and what belongs to it, for as long as a test runs. */
export interface Site {
  readonly mode: Mode;
  readonly database: string;
  readonly journal: string;
  readonly settings: ReceiverSettings;
  readonly maxAttempts: number;
}

export function createSite(mode: Mode, settings: ReceiverSettings = {}, folder = temporaryFolder()): Site {
  const { maxAttempts = quick.maxAttempts } = settings;
  const journal = join(temporaryFolder(), 'journal');
  return { mode, database: join(folder, 'webhooks.db'), journal, settings, maxAttempts };
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-crash-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** One process of the receiver program. */
export class Receiver {
  readonly program: Program;
  /** Where it listens; it rejects all connections until it does. */
  url = 'http://127.0.0.1:1/webhook';
  /** Of the receiver itself, also where a wrapper runs it. 0 until it listens. */
  pid = 0;

  /** @param wrapper a command that runs the program, such as strace */
  constructor({ mode, database, journal, settings }: Site, wrapper: readonly string[] = []) {
    const script = fileURLToPath(new URL('receiver.mjs', import.meta.url));
    const [command = '', ...args] = [...wrapper, process.execPath, script, mode, database, journal];
    const env = { CRASH_SETTINGS: JSON.stringify({ secret, ...quick, ...settings }) };
    this.program = new Program(command, args, { env });
    onTestFinished(() => this.program.kill());
  }

  async listening(): Promise<this> {
    const [, url = '', pid] = await this.program.says(/^listening on (\S+) as (\d+)$/m);
    this.url = url;
    this.pid = Number(pid);
    return this;
  }

  /** SIGKILL, to it alone. */
  async kill(): Promise<void> {
    this.program.kill();
    await this.program.end();
  }

  async terminate(): Promise<Ending> {
    process.kill(this.pid, 'SIGTERM');
    return this.program.end();
  }
}
