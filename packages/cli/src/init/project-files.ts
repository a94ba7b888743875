import type { Engine } from '@spiderfoot-webhooks/store';
import { UsageFailure } from '../failure/failure.ts';
import { type Framework, serverSource } from './server-source.ts';

/** A file of the new project. */
export interface ProjectFile {
  /** The path relative to the folder of the project, with slashes. */
  readonly path: string;
  readonly content: string;
  /** Whether only the owner may read the file. */
  readonly secret?: true;
}

/** The versions with which the kit is tested. */
const versions = {
  express: { express: '^5.3.0' },
  koa: { koa: '^3.3.0' },
  hono: { '@hono/node-server': '^2.1.9', hono: '^4.13.19' },
} as const satisfies Record<Framework, Readonly<Record<string, string>>>;

const types = {
  express: { '@types/express': '^5.0.6' },
  koa: { '@types/koa': '^3.0.1' },
  hono: {},
} as const satisfies Record<Framework, Readonly<Record<string, string>>>;

const tools = { '@types/node': '^22.13.0', typescript: '7.0.2' };

/** The store of a project. */
interface ProjectStore {
  readonly location: string;
  /** The location without its passwords, for `.env.example`. */
  readonly printed: string;
  readonly engine: Engine;
}

/** The values that differ between projects with the same framework. */
export interface Project {
  /** The name of the package. */
  readonly name: string;
  /** Is written only to `.env`. */
  readonly secret: string;
  /** The version of the kit's packages. */
  readonly kitVersion: string;
  readonly store: ProjectStore;
}

/**
 * Create the files of a minimal receiver.
 */
export function projectFiles(
  framework: Framework,
  { name, secret, kitVersion, store }: Project,
): readonly ProjectFile[] {
  return [
    { path: 'package.json', content: manifest(framework, { name, kitVersion, store }) },
    { path: 'tsconfig.json', content: tsconfig },
    { path: 'src/server.ts', content: serverSource(framework) },
    { path: '.env', content: environment(secret, store), secret: true },
    { path: '.env.example', content: environment('', { ...store, location: store.printed }) },
    { path: '.gitignore', content: 'node_modules\ndist\n.env\n*.db\n*.db-shm\n*.db-wal\n' },
    { path: '.npmrc', content: npmSettings },
    { path: 'README.md', content: readme(name) },
  ];
}

function manifest(
  framework: Framework,
  { name, kitVersion, store }: Pick<Project, 'name' | 'kitVersion' | 'store'>,
): string {
  const kit = ['core', framework, 'store', store.engine].map(
    (part) => [`@spiderfoot-webhooks/${part}`, `^${kitVersion}`] as const,
  );
  return toJson({
    name,
    version: '0.0.0',
    private: true,
    type: 'module',
    engines: { node: '>=22.14' },
    scripts: {
      build: 'tsc',
      start: 'tsc && node --env-file=.env dist/server.js',
      webhooks: 'node --env-file=.env node_modules/@spiderfoot-webhooks/cli/dist/main.js',
    },
    dependencies: sorted({ ...Object.fromEntries(kit), ...versions[framework] }),
    devDependencies: sorted({
      '@spiderfoot-webhooks/cli': `^${kitVersion}`,
      ...tools,
      ...types[framework],
    }),
  });
}

function sorted(entries: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function toJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

const tsconfig = toJson({
  compilerOptions: {
    module: 'nodenext',
    target: 'es2023',
    lib: ['es2023'],
    types: ['node'],
    strict: true,
    skipLibCheck: true,
    rootDir: 'src',
    outDir: 'dist',
  },
  include: ['src'],
});

/** Without this setting, `npm ci` runs node-gyp, which requires Python. better-sqlite3 already contains its binary. */
const npmSettings = `# No dependency needs an install script. The package better-sqlite3 contains its binary.
ignore-scripts=true
`;

/**
 * Return a value as it is written in a file for `node --env-file`, where `#` begins a comment.
 * @throws UsageFailure if the value cannot be written
 */
function environmentValue(text: string): string {
  if (/^[^\s#'"`\\]+$/.test(text)) return text;
  if (!/['\n\r]/.test(text)) return `'${text}'`;
  throw new UsageFailure('--store must not contain a quotation mark or a line break.');
}

function environment(secret: string, { location, engine }: ProjectStore): string {
  return `# The secret in SpiderFoot's [webhooks] section.
SPIDERFOOT_WEBHOOK_SECRET=${secret}
# The previous secret, while you replace it.
# SPIDERFOOT_WEBHOOK_SECRET_PREVIOUS=

# With 127.0.0.1, only this machine can send events. With 0.0.0.0, other machines can send too.
HOST=127.0.0.1
PORT=3000

# The senders to allow: addresses, ranges, "loopback", "private".
# SPIDERFOOT_ALLOWED_IPS=
# Your own proxies in front of the receiver, in the same forms.
# SPIDERFOOT_TRUSTED_PROXIES=

# The store that keeps the deliveries.
SPIDERFOOT_WEBHOOK_STORE=${environmentValue(location)}
# inline: handle an event, then respond. queued: respond, then handle the event in the background.
SPIDERFOOT_WEBHOOK_MODE=${engine === 'bullmq' ? 'queued' : 'inline'}
`;
}

function readme(name: string): string {
  return `# ${name}

This receiver handles SpiderFoot's webhooks. The handlers are in \`src/server.ts\`.

\`\`\`sh
npm install
npm start
\`\`\`

The secret is in \`.env\`. Do not commit this file. On another machine, copy \`.env.example\` to \`.env\` and fill in the secret.
In SpiderFoot, enter the same secret, and the URL that \`npm start\` prints:

\`\`\`ini
[webhooks]
enabled = true
default_url = http://127.0.0.1:3000/webhook
secret = (the secret in .env)
\`\`\`

In another terminal, send an event, list the deliveries, and replay the first one:

\`\`\`sh
npm run -s webhooks -- send scan_completed
npm run -s webhooks -- log
npm run -s webhooks -- replay 1
\`\`\`
`;
}
