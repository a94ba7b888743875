import 'reflect-metadata';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { dirname, join } from 'node:path';
import { http } from '@google-cloud/functions-framework';
import { getTestServer } from '@google-cloud/functions-framework/testing';
import { Body, Controller, type INestApplication, Module, Post } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { signedWebhook } from '@spiderfoot-webhooks/core/testing';
import { webhookHandler } from '@spiderfoot-webhooks/express';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type Recorded, recordingReceiver } from '../support/webhooks.ts';
import { secret } from './support/examples.ts';
import { textOf } from './support/readme.ts';
import { root } from './support/workspace.ts';

const folder = mkdtempSync(join(root, 'test/product/.generated-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The blocks of code in a section of docs/deployment.md. */
function recipesOf(section: string): readonly string[] {
  const [, text = ''] = textOf('docs/deployment.md').split(`\n## ${section}\n`);
  const [own = ''] = text.split('\n## ');
  return [...own.matchAll(/^```(?:js|ts).*\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);
}

function recipeOf(section: string): string {
  const [code, ...others] = recipesOf(section);
  if (code === undefined || others.length > 0) throw new Error(`${section} must have one block of code`);
  return code;
}

function write(name: string, code: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, code);
  return path;
}

/**
 * Run a recipe as it is written.
 * @param given the values that it takes from the rest of the app
 * @returns the value of one of its variables
 */
async function runRecipe(
  section: string,
  result: string,
  given: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  const lines = recipeOf(section)
    .replaceAll(/^export /gm, '')
    .split('\n');
  const ofApp = (line: string) => Object.keys(given).some((name) => line.includes(`{ ${name} }`));
  const imports = lines.filter((line) => line.startsWith('import ') && !ofApp(line));
  const rest = lines.filter((line) => !line.startsWith('import '));
  const parameters = `{ ${Object.keys(given).join(', ')} }`;
  const code = `${imports.join('\n')}
export async function recipe(${parameters}) {
${rest.join('\n')}
return ${result};
}
`;
  const { recipe } = await import(write(`${section.replaceAll(/\W/g, '-')}.mjs`, code));
  return recipe(given);
}

/** The targets of the events that a receiver has handled. */
const targetsOf = (handled: Recorded['handled']) => handled.map(({ event }) => Object(event.data).target);

/** A target whose text shows whether bytes were kept. */
const target = 'exämple.com';

async function webhooks() {
  const genuine = await signedWebhook('scan_completed', { secret, data: { target } });
  return { genuine, forged: { ...genuine, body: genuine.body.replace('mple', 'mqle') } };
}

type Webhook = Awaited<ReturnType<typeof webhooks>>['genuine'];

async function post(url: string, { headers, body }: Webhook): Promise<number> {
  return (await fetch(url, { method: 'POST', headers, body })).status;
}

describe('The recipe for NestJS', () => {
  class ScansController {
    create(body: unknown): unknown {
      return { received: body };
    }
  }
  // Decorators, called as functions: this project's TypeScript has none.
  const method = Object.getOwnPropertyDescriptor(ScansController.prototype, 'create') ?? {};
  Body()(ScansController.prototype, 'create', 0);
  Post()(ScansController.prototype, 'create', method);
  Controller('scans')(ScansController);
  class AppModule {}
  Module({ controllers: [ScansController] })(AppModule);

  async function check(app: INestApplication, handled: Recorded['handled']): Promise<void> {
    const url = await app.getUrl();
    const { genuine, forged } = await webhooks();
    expect(await post(`${url}/webhook`, genuine)).toBe(200);
    expect(await post(`${url}/webhook`, forged)).toBe(401);
    expect(targetsOf(handled)).toEqual([target]);
    const other = await fetch(`${url}/scans`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"name":"first"}',
    });
    expect(await other.json()).toEqual({ received: { name: 'first' } });
  }

  it('accepts a genuine event, rejects a forged one, and leaves parsed bodies to other routes', async () => {
    const { receiver, handled } = recordingReceiver({ secret });
    let app: INestApplication | undefined;
    const create = NestFactory.create.bind(NestFactory);
    // The port of the recipe may be in use, and the tests listen on loopback only.
    const created = vi
      .spyOn(NestFactory, 'create')
      .mockImplementation(async (module: Parameters<typeof create>[0]) => {
        app = await create(module, { logger: false });
        const listen = app.listen.bind(app);
        app.listen = (port: number | string) => listen(Number(port) - 3000, '127.0.0.1');
        return app;
      });
    onTestFinished(async () => {
      created.mockRestore();
      await app?.close();
    });
    await runRecipe('NestJS', 'app', { AppModule, receiver });
    if (app === undefined) throw new Error('The recipe created no app');
    await check(app, handled);
  });

  it('works with rawBody if the receiver is mounted after the parsers', async () => {
    expect(textOf('docs/deployment.md')).toContain('NestFactory.create(AppModule, { rawBody: true })');
    const { receiver, handled } = recordingReceiver({ secret });
    const app = await NestFactory.create<NestExpressApplication>(AppModule, { rawBody: true, logger: false });
    onTestFinished(() => app.close());
    app.useBodyParser('json');
    app.use('/webhook', webhookHandler(receiver));
    await app.listen(0, '127.0.0.1');
    await check(app, handled);
  });
});

describe('The recipe for AWS Lambda', () => {
  const ip = '192.0.2.7';
  type Event = (webhook: Webhook, sourceIp: string) => object;
  const shapes: Readonly<Record<string, Event>> = {
    'a REST API (1.0)': ({ headers, body }, sourceIp) => ({
      version: '1.0',
      httpMethod: 'POST',
      path: '/webhook',
      resource: '/webhook',
      headers: { ...headers, Host: 'example.com' },
      multiValueHeaders: {},
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      requestContext: { identity: { sourceIp }, httpMethod: 'POST', path: '/webhook' },
      body,
      isBase64Encoded: false,
    }),
    'an HTTP API (2.0)': ({ headers, body }, sourceIp) => ({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/webhook',
      rawQueryString: '',
      headers: { ...headers, host: 'example.com' },
      requestContext: { domainName: 'example.com', http: { method: 'POST', path: '/webhook', sourceIp } },
      body,
      isBase64Encoded: false,
    }),
    'a load balancer': ({ headers, body }, sourceIp) => ({
      httpMethod: 'POST',
      path: '/webhook',
      queryStringParameters: {},
      headers: { ...headers, host: 'example.com', 'x-forwarded-for': `${ip}, ${sourceIp}` },
      requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:group' } },
      body,
      isBase64Encoded: false,
    }),
    'a load balancer with lists of headers': ({ headers, body }, sourceIp) => ({
      httpMethod: 'POST',
      path: '/webhook',
      multiValueQueryStringParameters: {},
      multiValueHeaders: Object.fromEntries(
        Object.entries({ ...headers, host: 'example.com', 'x-forwarded-for': `${ip}, ${sourceIp}` }).map(
          ([name, value]) => [name, [value]],
        ),
      ),
      requestContext: { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:group' } },
      body,
      isBase64Encoded: false,
    }),
  };
  const base64 = (event: object) =>
    'body' in event
      ? { ...event, body: Buffer.from(String(event.body)).toString('base64'), isBase64Encoded: true }
      : event;

  it.each(
    Object.entries(shapes).flatMap(([name, shape]) => [
      { name, form: 'text', toEvent: shape },
      { name, form: 'base64', toEvent: (...given: Parameters<Event>) => base64(shape(...given)) },
    ]),
  )(
    'accepts a genuine event from $name as $form, and rejects a forged one and another address',
    async ({ toEvent }) => {
      const { receiver, handled } = recordingReceiver({ secret, allowedIps: [ip] });
      const handler = await runRecipe('AWS Lambda', 'handler', { receiver });
      if (typeof handler !== 'function') throw new Error('The recipe has no handler');
      const { genuine, forged } = await webhooks();
      const context = { awsRequestId: '1' };
      expect(await handler(toEvent(genuine, '198.51.100.1'), context)).toMatchObject({ statusCode: 403 });
      expect(await handler(toEvent(forged, ip), context)).toMatchObject({ statusCode: 401 });
      expect(await handler(toEvent(genuine, ip), context)).toMatchObject({ statusCode: 200 });
      expect(targetsOf(handled)).toEqual([target]);
    },
  );
});

it('The recipe for Firebase accepts a genuine event and rejects a forged one', async () => {
  const { receiver, handled } = recordingReceiver({ secret });
  const onRequest = (app: Parameters<typeof http>[1]) => http('webhook', app);
  await runRecipe('Firebase and Google Cloud Functions', 'webhook', { receiver, onRequest });
  const server: Server = getTestServer('webhook');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const { genuine, forged } = await webhooks();
  expect(await post(`http://127.0.0.1:${port}/`, genuine)).toBe(200);
  expect(await post(`http://127.0.0.1:${port}/`, forged)).toBe(401);
  expect(targetsOf(handled)).toEqual([target]);
});

describe('The recipe for Next.js', () => {
  it('accepts a genuine event, rejects a forged one, and has one receiver for all of its modules', async () => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    vi.stubEnv('NEXT_RUNTIME', 'nodejs');
    for (const code of recipesOf('Next.js')) {
      const [, path = ''] = /^\/\/ (\S+)$/m.exec(code) ?? [];
      write(
        join('next', path),
        code.replace("'webhooks.db'", `'${folder}/next.db'`).replace("'your-webhook-secret'", `'${secret}'`),
      );
    }
    const { receiver } = await import(join(folder, 'next/lib/webhook.ts'));
    onTestFinished(async () => {
      await receiver.close();
      vi.unstubAllEnvs();
      log.mockRestore();
      Reflect.deleteProperty(globalThis, 'webhookReceiver');
    });
    // Next.js loads the module a second time.
    const again = await import(`${join(folder, 'next/lib/webhook.ts')}?again`);
    expect(again.receiver).toBe(receiver);

    const { POST } = await import(join(folder, 'next/app/webhook/route.ts'));
    const { register } = await import(join(folder, 'next/instrumentation.ts'));
    await register();
    const { genuine, forged } = await webhooks();
    const answerTo = async ({ headers, body }: Webhook): Promise<number> =>
      (await POST(new Request('https://example.com/webhook', { method: 'POST', headers, body }))).status;
    expect(await answerTo(genuine)).toBe(202);
    expect(await answerTo(forged)).toBe(401);
    await vi.waitFor(() => expect(log.mock.calls).toEqual([[target]]));
  });
});
