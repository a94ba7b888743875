import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signedWebhook } from '@spiderfoot-webhooks/core/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { packTarballs, succeed } from './support/bare.ts';
import { build, commandOf, type Image, ownNode, variablesOf } from './support/dockerfile.ts';
import { type Listening, listening, secret, untilClosed, type Variables } from './support/examples.ts';
import { beginWebhook } from './support/half-sent.ts';
import { startNginx } from './support/nginx.ts';
import { Program, run, stopPrograms } from './support/program.ts';
import { textOf } from './support/readme.ts';

let folder: string;
let image: Image;

// Build the project that `init` writes, on the tarballs, with the Dockerfile.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spiderfoot-deployment-'));
  const context = join(folder, 'project');
  const init = ['packages/cli/dist/main.js', 'init', 'express', context];
  await succeed(process.execPath, init);
  await dependOn(context, await packed(join(folder, 'tarballs')));
  const lock = ['install', '--package-lock-only', '--prefer-offline', '--no-audit', '--no-fund'];
  await succeed('npm', lock, { cwd: context, env: ownNode() });
  image = await build(textOf('examples/deployment/Dockerfile'), context, folder);
}, 420_000);

afterAll(async () => {
  stopPrograms();
  await rm(folder, { recursive: true, force: true });
});

async function packed(tarballs: string): Promise<(name: string) => string> {
  await mkdir(tarballs);
  return packTarballs(tarballs);
}

/** Replace the versions of the kit's packages by their tarballs. */
async function dependOn(project: string, tarball: (name: string) => string): Promise<void> {
  const path = join(project, 'package.json');
  const versions = z.record(z.string(), z.string());
  const manifest = z
    .looseObject({ dependencies: versions, devDependencies: versions })
    .parse(JSON.parse(await readFile(path, 'utf8')));
  const scope = '@spiderfoot-webhooks/';
  const local = (dependencies: Readonly<Record<string, string>>) =>
    Object.fromEntries(
      Object.entries(dependencies).map(([name, version]) => [
        name,
        name.startsWith(scope) ? `file:${tarball(name.slice(scope.length))}` : version,
      ]),
    );
  const { dependencies, devDependencies } = manifest;
  const command = z.object({ dependencies: versions }).parse(JSON.parse(textOf('packages/cli/package.json')));
  // The command depends on them, and the registry does not have them.
  const ofCommand = Object.entries(command.dependencies).filter(
    ([name]) => name.startsWith(scope) && dependencies[name] === undefined,
  );
  const changed = {
    ...manifest,
    dependencies: local(dependencies),
    devDependencies: local({ ...devDependencies, ...Object.fromEntries(ofCommand) }),
  };
  await writeFile(path, JSON.stringify(changed));
}

/** Start the command of the Dockerfile, with its variables, on a free port. */
function startImage(env: Variables = {}): Promise<Listening> {
  const [command, ...args] = commandOf(image.stage);
  expect(command).toBe('node');
  const variables = Object.entries(variablesOf(image.stage)).map(([name, value]) => [
    name,
    image.place(value),
  ]);
  return listening(
    new Program(process.execPath, args, {
      cwd: image.folder,
      env: {
        ...Object.fromEntries(variables),
        HOST: '127.0.0.1',
        PORT: '0',
        SPIDERFOOT_WEBHOOK_SECRET: secret,
        ...env,
      },
    }),
  );
}

describe('The image of the Dockerfile', () => {
  it('contains the program and its dependencies, but no development tools and no secret', () => {
    expect(existsSync(join(image.folder, 'dist/server.js'))).toBe(true);
    expect(existsSync(join(image.folder, 'node_modules/better-sqlite3'))).toBe(true);
    expect(existsSync(join(image.folder, 'node_modules/typescript'))).toBe(false);
    expect(existsSync(join(image.folder, '.env'))).toBe(false);
  });

  it('answers an event in flight when it is stopped, exits with 0, and keeps the event in its volume', async () => {
    const server = await startImage();
    const { client, finish } = await beginWebhook(server, 'scan_completed', secret);
    server.program.signal('SIGTERM');
    await untilClosed(server.port);
    await finish();
    const { status, body } = await client.response();
    expect([status, body]).toEqual([202, expect.stringContaining('"status":"accepted"')]);
    expect(await server.program.end()).toEqual({ code: 0, signal: null });
    expect(existsSync(join(image.root, 'data/webhooks.db'))).toBe(true);

    const [handled] = server.program.lines.filter((line) => line.startsWith('Scan '));
    const next = await startImage();
    if (handled === undefined) await next.program.says(/^Scan .+ completed/m);
    next.program.signal('SIGTERM');
    expect(await next.program.end()).toEqual({ code: 0, signal: null });
    const lines = [...server.program.lines, ...next.program.lines];
    expect(lines.filter((line) => line.startsWith('Scan '))).toHaveLength(1);
  });
});

it('systemd accepts the unit', async (context) => {
  const analyze = '/usr/bin/systemd-analyze';
  if (!existsSync(analyze)) context.skip('Install the Debian package systemd to check the unit.');
  const unit = join(folder, 'webhooks.service');
  const text = textOf('examples/deployment/webhooks.service');
  // It checks that the program exists.
  await writeFile(unit, text.replace('/usr/bin/node ', `${process.execPath} `));
  const { code, output } = await run(analyze, ['verify', unit]);
  expect({ code, output: output.trim() }).toEqual({ code: 0, output: '' });
});

const nginx = ['/usr/sbin/nginx', '/usr/bin/nginx'].find((path) => existsSync(path));

interface Answer {
  readonly status: number | undefined;
  readonly code: unknown;
}

/** Send from an address of this machine. */
function sendFrom(
  localAddress: string,
  port: number,
  { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options = { localAddress, host: '127.0.0.1', port, path: '/webhook', method: 'POST', headers };
    const sent = request(options, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('end', () => {
        const { code, status } = z
          .looseObject({ code: z.string().optional(), status: z.string().optional() })
          .parse(JSON.parse(text));
        resolve({ status: response.statusCode, code: code ?? status });
      });
    });
    sent.once('error', reject).end(body);
  });
}

// Addresses other than 127.0.0.1 exist on loopback only on Linux.
describe('Behind nginx, the image', () => {
  let port: number;
  const sender = '127.0.0.2';

  beforeAll(async () => {
    if (nginx === undefined || process.platform !== 'linux') return;
    const trust = { SPIDERFOOT_ALLOWED_IPS: sender, SPIDERFOOT_TRUSTED_PROXIES: '127.0.0.1' };
    const server = await startImage({
      ...trust,
      SPIDERFOOT_WEBHOOK_STORE: join(folder, 'nginx.db'),
    });
    const upstreams = { '127.0.0.1:3000': server.port };
    port = await startNginx(nginx, 'examples/deployment/nginx.conf', upstreams, folder);
  });

  const missing = nginx === undefined || process.platform !== 'linux';
  const skip = 'Install the Debian package nginx to run this test on Linux.';

  it('accepts a genuine event of an allowed sender and rejects a forged one', async (context) => {
    if (missing) context.skip(skip);
    const genuine = await signedWebhook('scan_completed', { secret });
    expect(await sendFrom(sender, port, genuine)).toEqual({ status: 202, code: 'accepted' });
    const forged = { ...genuine, body: `${genuine.body} ` };
    expect(await sendFrom(sender, port, forged)).toEqual({ status: 401, code: 'invalid_signature' });
  });

  it('rejects another sender that claims to be an allowed one', async (context) => {
    if (missing) context.skip(skip);
    const { headers, body } = await signedWebhook('scan_completed', { secret });
    const claim = { headers: { ...headers, 'x-forwarded-for': sender }, body };
    expect(await sendFrom('127.0.0.3', port, claim)).toEqual({ status: 403, code: 'ip_not_allowed' });
  });

  it('rejects a body over maxBodySize itself, so that the response has its code', async (context) => {
    if (missing) context.skip(skip);
    const large = await signedWebhook('scan_completed', { secret, data: { text: 'x'.repeat(1_500_000) } });
    expect(await sendFrom(sender, port, large)).toEqual({ status: 413, code: 'body_too_large' });
  });
});
