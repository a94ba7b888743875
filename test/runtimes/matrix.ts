import { type Binary, pathOf } from './binaries.ts';

/** Where the suites are. */
const paths = {
  conformance: 'test/conformance',
  core: 'packages/core/test',
  SQLite: 'packages/sqlite/test',
  forwarders: 'packages/forward/test',
} as const;

export type SuiteName = keyof typeof paths;

export const suiteNames: readonly SuiteName[] = ['conformance', 'core', 'SQLite', 'forwarders'];

/** A runtime that runs the test files themselves. */
export interface Runtime {
  readonly name: string;
  readonly binary: Binary;
  /** The arguments before vitest's own file. */
  readonly before: readonly string[];
  /** The names of the suites that it runs. */
  readonly suites: readonly SuiteName[];
  /** The arguments after vitest's own file. */
  readonly options: readonly string[];
  /** Tests that it cannot run, by their names, with the reason. */
  readonly exceptions: readonly Exception[];
}

interface Exception {
  readonly test: string;
  readonly because: string;
}

function node(name: string, binary: Binary, suites: readonly SuiteName[] = suiteNames): Runtime {
  return { name, binary, suites, before: [], options: [], exceptions: [] };
}

export const runtimes: readonly Runtime[] = [
  // SQLite needs 22.14.
  node('Node 22, oldest', 'node22-oldest', ['conformance', 'core', 'forwarders']),
  node('Node 22, oldest with SQLite', 'node22-14', ['SQLite']),
  node('Node 22', 'node22'),
  node('Node 24', 'node24'),
  node('Node 26', 'node26'),
  {
    name: 'Bun',
    binary: 'bun',
    suites: suiteNames,
    before: ['--bun'],
    // vitest's other pool watches its processes with a thread that Bun does not start.
    options: ['--pool=threads'],
    exceptions: [
      {
        test: 'A file that may only be read is refused when it is opened',
        because: 'the test changes its user, which no thread may, and vitest runs in threads on Bun',
      },
      {
        test: 'A new database (?:has mode 0600|with a name like a URI)',
        because: 'the tests change the umask and the folder of their process, which no thread may',
      },
      {
        test: 'an authority of your own is trusted, and your certificate presented',
        because: "the test's own server needs getPeerCertificate(), which Bun's node:https lacks",
      },
      {
        test: 'webhookListener under serverless-http 4',
        because: "serverless-http's stand-in for a socket lacks once(), which Bun's node:http calls",
      },
    ],
  },
  {
    name: 'Deno',
    binary: 'deno',
    suites: suiteNames,
    before: ['run', '--allow-all'],
    options: [],
    exceptions: [
      {
        test: 'by SIGSTOP is too late when it wakes',
        because: 'Deno takes a child process that is stopped for one that has ended',
      },
      {
        test: 'does not wait for a collector that reads nothing',
        because: 'the test floods a socket with 16 MB, which takes Deno over a minute on a busy machine',
      },
      {
        test: 'over hono.* (?:even if res.end throws after sending it|has already sent is not replaced)',
        because: '@hono/node-server ends the response a second time, which is an uncaught error on Deno',
      },
    ],
  },
];

/** The command that runs a suite on a runtime. */
export function commandOf({ binary, before, options, exceptions }: Runtime, suite: SuiteName) {
  const pattern = exceptions.map(({ test }) => test).join('|');
  const without = pattern === '' ? [] : [`--testNamePattern=^(?!.*(?:${pattern}))`];
  // Two suites run side by side, and some tests flood a socket or a disk.
  const patient = '--testTimeout=90000';
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--typecheck.enabled=false', patient];
  return { command: pathOf(binary), args: [...before, ...vitest, ...options, ...without, paths[suite]] };
}
