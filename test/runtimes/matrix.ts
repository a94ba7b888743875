import { type Binary, pathOf } from './binaries.ts';

/** The folders of the suites. */
const paths = {
  conformance: 'test/conformance',
  core: 'packages/core/test',
  SQLite: 'packages/sqlite/test',
  forwarders: 'packages/forward/test',
} as const;

export type SuiteName = keyof typeof paths;

export const suiteNames: readonly SuiteName[] = ['conformance', 'core', 'SQLite', 'forwarders'];

type Suites = ReadonlyMap<SuiteName, readonly string[]>;

const allOf = (...names: readonly SuiteName[]): Suites => new Map(names.map((name) => [name, []]));

/**
 * The test files that depend on the runtime's sockets, streams, TLS and native modules. In these tests, only the newest Node
 * runs all files. Node 24 is not in the list: `npm test` and `npm run test:all` run all files on it.
 */
const essential: Suites = new Map([
  [
    'conformance',
    [
      ...['requests/altered', 'requests/senders', 'bodies/sizes', 'routes/route-middleware'],
      ...['responses/altered', 'responses/connections', 'responses/failures', 'responses/outcomes'],
    ],
  ],
  [
    'SQLite',
    [
      ...['closing', 'database/group-commit', 'file/file-modes', 'file/native-binding', 'file/open-twice'],
      ...[
        'log/durability',
        'log/log',
        'log/unauthenticated',
        'queue/clock-changes',
        'queue/closing',
        'queue/concurrency',
        'queue/endpoints',
      ],
      ...['queue/failure-count', 'queue/lost-processes', 'queue/queue', 'queue/retries'],
    ],
  ],
  ['forwarders', ['email/', 'http/', 'siem/batches', 'siem/syslog', 'tls', 'webhook']],
]);

const essentialOf = (...names: readonly SuiteName[]): Suites =>
  new Map([...essential].filter(([name]) => names.includes(name)));

/** A runtime that runs the test files. */
export interface Runtime {
  readonly name: string;
  readonly binary: Binary;
  /** The arguments before the path of vitest. */
  readonly before: readonly string[];
  /** The suites that it runs, each with its test files. An empty list means all files. */
  readonly suites: Suites;
  /** The arguments after the path of vitest. */
  readonly options: readonly string[];
  /** The tests that it cannot run, with the reason. */
  readonly exceptions: readonly Exception[];
}

interface Exception {
  readonly test: string;
  readonly because: string;
}

function node(name: string, binary: Binary, suites: Suites = allOf(...suiteNames)): Runtime {
  return { name, binary, suites, before: [], options: [], exceptions: [] };
}

export const runtimes: readonly Runtime[] = [
  {
    // SQLite needs 22.14.
    ...node('Node 22, oldest', 'node22-oldest', essentialOf('conformance', 'forwarders')),
    // Before 22.14, a process that receives only a part of the length of a message from a child process reads no further
    // message, and vitest waits forever: https://github.com/nodejs/node/pull/56106
    options: ['--pool=threads'],
  },
  node('Node 22, oldest with SQLite', 'node22-14', essentialOf('SQLite')),
  node('Node 22', 'node22', essential),
  node('Node 26', 'node26'),
  {
    name: 'Bun',
    binary: 'bun',
    suites: essential,
    before: ['--bun'],
    // The default pool of vitest watches its processes with a thread that Bun does not start.
    options: ['--pool=threads'],
    exceptions: [
      {
        test: 'A new database > (?:has mode 0600, and so|with a name like a URI)',
        because: 'the tests change the umask and the folder of their process, which a thread may not do',
      },
      {
        test: 'trusts the authority in tls.ca and presents the client certificate',
        because: "the test's own server needs getPeerCertificate(), which Bun's node:https lacks",
      },
      {
        test: 'a stream that yields',
        because:
          'Bun does not continue after a chunk of its own request stream that is a proxy or a detached buffer',
      },
      {
        test: 'the process continues even if res.hasHeader throws',
        because: "Bun's node:http calls hasHeader() itself while it writes a response of @hono/node-server",
      },
      {
        test: 'webhookListener under serverless-http 4',
        because: "serverless-http's replacement for a socket lacks once(), which Bun's node:http calls",
      },
    ],
  },
  {
    name: 'Deno',
    binary: 'deno',
    suites: essential,
    before: ['run', '--allow-all'],
    options: [],
    exceptions: [
      {
        test: 'times out if the collector does not read',
        because:
          "Deno's node:net server, which simulates the collector, sometimes does not report a connection, although the client has connected",
      },
    ],
  },
];

/** The prefixes of the paths of the test files in a suite that a runtime runs. */
export function pathsOf({ suites }: Pick<Runtime, 'suites'>, suite: SuiteName): readonly string[] {
  const named = suites.get(suite) ?? [];
  return named.length === 0 ? [paths[suite]] : named.map((file) => `${paths[suite]}/${file}`);
}

/** The command that runs a suite on a runtime. */
export function commandOf(runtime: Runtime, suite: SuiteName) {
  const { binary, before, options, exceptions } = runtime;
  const pattern = exceptions.map(({ test }) => test).join('|');
  const without = pattern === '' ? [] : [`--testNamePattern=^(?!.*(?:${pattern}))`];
  // Several suites run concurrently, and some tests put a high load on a socket or a disk.
  const longTimeout = '--testTimeout=90000';
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', '--project=!types', longTimeout];
  return {
    command: pathOf(binary),
    args: [...before, ...vitest, ...options, ...without, ...pathsOf(runtime, suite)],
  };
}
