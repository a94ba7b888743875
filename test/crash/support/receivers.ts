import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { type Ending, Program } from '../../product/support/program.ts';
import type { Place } from './engines/engine.ts';
import { sqlitePlace } from './engines/sqlite.ts';
import { secret } from './sender.ts';

/** The settings that the receiver program reads from its environment. They include options of the store. */
export interface ReceiverSettings {
  readonly lease?: number;
  readonly maxAttempts?: number;
  readonly baseDelay?: number;
  readonly maxDelay?: number;
  readonly closeTimeout?: number;
  /** Of Redis. */
  readonly replicas?: number;
  /** How often its handler fails before it succeeds. */
  readonly failFirst?: number;
  /** How long its handler runs, in milliseconds. */
  readonly handleFor?: number;
  /** The name of a fault in `broken.mjs`. */
  readonly variant?: string;
}

/** Short, so that leases and waits end within a test. */
const quick = { lease: 600, pollInterval: 100, baseDelay: 20, maxDelay: 200, maxAttempts: 10 };

export type Mode = 'queue' | 'log';

/** A store with its journal and settings. */
export interface Site {
  readonly mode: Mode;
  readonly place: Place;
  readonly journal: string;
  readonly settings: ReceiverSettings;
  readonly maxAttempts: number;
}

/** @param place the store. By default, a new file that is deleted when the test ends */
export function createSite(
  mode: Mode,
  settings: ReceiverSettings = {},
  place = sqlitePlace(temporaryFolder()),
): Site {
  const { maxAttempts = quick.maxAttempts } = settings;
  const journal = join(temporaryFolder(), 'journal');
  writeFileSync(journal, '');
  return { mode, place, journal, settings, maxAttempts };
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spiderfoot-crash-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** One process of the receiver program. */
export class Receiver {
  readonly program: Program;
  /** Its URL. Before the program listens, this URL refuses all connections. */
  url = 'http://127.0.0.1:1/webhook';
  /** The process ID of the receiver itself, even if a wrapper runs it. 0 until it listens. */
  pid = 0;

  /** @param wrapper a command that runs the program, such as strace */
  constructor({ mode, place, journal, settings }: Site, wrapper: readonly string[] = []) {
    const script = fileURLToPath(new URL('receiver.mjs', import.meta.url));
    const [command = '', ...args] = [...wrapper, process.execPath, script, mode, place.location, journal];
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

  /** Sends SIGKILL and waits for the exit. */
  async kill(): Promise<void> {
    this.program.kill();
    await this.program.end();
  }

  async terminate(): Promise<Ending> {
    try {
      process.kill(this.pid, 'SIGTERM');
    } catch {
      // It has ended unexpectedly. Its exit code says so.
    }
    return this.program.end();
  }
}
