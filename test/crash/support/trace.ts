import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The order of a receiver's steps, found in its system calls. */
export interface Order {
  /** Responses with a 2xx. */
  readonly acknowledged: number;
  /** The 2xx responses that were written before the commit with their delivery was synced. */
  readonly acknowledgedEarly: number;
  /** Steps of a handler. */
  readonly handled: number;
  readonly handledEarly: number;
  /** Failed writes and syncs of the write-ahead log. */
  readonly failed: number;
  /** Whether the folder was synced before the first response. Otherwise, a power failure can remove a new file. */
  readonly folderSynced: boolean;
}

/** The reason why system calls cannot be traced on this machine, or `undefined` if they can. */
export function whyNotTraced(): string | undefined {
  const { error, status, stderr } = spawnSync('strace', ['-e', 'trace=fsync', 'true'], { encoding: 'utf8' });
  if (error !== undefined) return 'strace is missing: apt-get install strace';
  return status === 0 ? undefined : `strace does not work here: ${stderr}`;
}

const calls = 'pwrite64,fsync,fdatasync,write,writev,sendto,sendmsg';

/**
 * Returns the command that traces the program whose command line follows. It traces only the main thread, which uses the
 * sockets and SQLite.
 * @param faults further options of strace that inject errors
 */
export function tracing(output: string, faults: readonly string[] = []): readonly string[] {
  return ['strace', '-y', '-s', '8192', '-e', `trace=${calls}`, '-o', output, ...faults];
}

export function readTrace(output: string): readonly string[] {
  return readFileSync(output, 'latin1').split('\n');
}

const write = /^(?:write|writev|sendto|sendmsg)\(/;
const sync = /^f(?:data)?sync\(/;
const anId = /\b[0-9a-f]{32}\b/;
const hexDigits = /[0-9a-f]{32,}/g;

export function orderOf(trace: readonly string[], database: string, journal: string): Order {
  const folder = database.slice(0, database.lastIndexOf('/'));
  const wal = createWal();
  const order = { acknowledged: 0, acknowledgedEarly: 0, handled: 0, handledEarly: 0, failed: 0 };
  let folderSynced = false;
  let folderSyncedInTime = true;

  for (const line of trace) {
    const done = !/= -1 /.test(line);
    const early = wal.isDurable(anId.exec(line)?.[0] ?? '') ? 0 : 1;
    if (line.includes(`<${database}-wal>`)) {
      if (line.startsWith('pwrite64(')) wal.onWrite(line, done);
      else if (sync.test(line)) wal.onSync(done);
      if (!done) order.failed++;
    } else if (line.includes(`<${folder}>`)) {
      folderSynced ||= done && sync.test(line);
    } else if (write.test(line) && line.includes('HTTP/1.1 2')) {
      order.acknowledged++;
      order.acknowledgedEarly += early;
      folderSyncedInTime &&= folderSynced;
    } else if (write.test(line) && line.includes(`<${journal}>`)) {
      order.handled++;
      order.handledEarly += early;
    }
  }
  return { ...order, folderSynced: folderSyncedInTime };
}

/** Tracks the deliveries in the write-ahead log: written in frames, committed, or in a synced commit. */
function createWal() {
  const written = new Set<string>();
  const committed = new Set<string>();
  const durable = new Set<string>();
  let commits = false;
  return {
    isDurable: (id: string) => durable.has(id),
    /** SQLite writes the header of a frame, then its page. The header of a commit's last frame contains the database size. */
    onWrite(line: string, done: boolean) {
      const head = headOf(line);
      if (!done) written.clear();
      else if (head !== undefined) commits = head.slice(4, 8).some((byte) => byte !== 0);
      else {
        for (const digits of line.match(hexDigits) ?? []) addIds(digits, written);
        if (commits) move(written, committed);
      }
    },
    onSync(done: boolean) {
      if (done) move(committed, durable);
      // The next sync does not repair a failed one, because the kernel considers the pages clean.
      else committed.clear();
    },
  };
}

/** In a page, other hexadecimal text may adjoin an ID. Other text that is mistaken for an ID does no harm. */
function addIds(digits: string, ids: Set<string>): void {
  for (let at = 0; at + 32 <= digits.length; at++) ids.add(digits.slice(at, at + 32));
}

function move(from: Set<string>, to: Set<string>): void {
  for (const id of from) to.add(id);
  from.clear();
}

/** The header of a frame, which is a write of 24 bytes, or `undefined` for any other write. */
function headOf(line: string): readonly number[] | undefined {
  const [, text = ''] = /^pwrite64\([^"]*"((?:[^"\\]|\\.)*)", 24, /.exec(line) ?? [];
  if (text === '') return undefined;
  const bytes: number[] = [];
  for (const [unit = ''] of text.matchAll(/\\[0-7]{1,3}|\\.|./g)) bytes.push(byteOf(unit));
  return bytes;
}

const escapes: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };

function byteOf(unit: string): number {
  if (!unit.startsWith('\\')) return unit.charCodeAt(0);
  const octal = /^\\[0-7]/.test(unit);
  return octal ? Number.parseInt(unit.slice(1), 8) : (escapes[unit.slice(1)] ?? unit.charCodeAt(1));
}
