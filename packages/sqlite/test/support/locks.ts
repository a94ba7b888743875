import { onTestFinished } from 'vitest';
import { startPython } from './processes.ts';

/** Hold the write lock from the line `lock` until the line `unlock`. */
const program = `
import sys, sqlite3
conn = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=5)
print('ready')
for line in sys.stdin:
    conn.execute('BEGIN IMMEDIATE' if line.strip() == 'lock' else 'COMMIT')
    print(line.strip())
`;

/** Start another process that can hold the write lock of a file. */
export async function startLocker(path: string) {
  const locker = startPython(program, path);
  await locker.waitForLine('ready');
  const send = async (line: 'lock' | 'unlock') => {
    locker.writeLine(line);
    await locker.waitForLine(line);
  };
  return { lock: () => send('lock'), unlock: () => send('unlock') };
}

/** Measure the longest time between two turns of the event loop, in milliseconds. */
export function watchLoop() {
  let longest = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 5);
  onTestFinished(() => clearInterval(timer));
  return { longest: () => longest };
}
