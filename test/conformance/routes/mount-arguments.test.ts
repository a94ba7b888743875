import { ConfigurationError, createReceiver, type Receiver } from '@spiderfoot-webhooks/core';
import { webhookListener } from '@spiderfoot-webhooks/core/node';
import { fetchHandler } from '@spiderfoot-webhooks/core/web';
import * as express from '@spiderfoot-webhooks/express';
import * as hono from '@spiderfoot-webhooks/hono';
import * as koa from '@spiderfoot-webhooks/koa';
import { describe, expect, it } from 'vitest';
import * as fastify from '../../support/adapters/fastify-adapter.ts';

const mounts: Readonly<Record<string, (receiver: Receiver, options?: object) => unknown>> = {
  'webhookHandler of express': express.webhookHandler,
  'webhookMiddleware of express': express.webhookMiddleware,
  'webhookHandler of koa': koa.webhookHandler,
  'webhookMiddleware of koa': koa.webhookMiddleware,
  'webhookHandler of hono': hono.webhookHandler,
  'webhookMiddleware of hono': hono.webhookMiddleware,
  'webhookHandler of the custom adapter': fastify.webhookHandler,
  'webhookMiddleware of the custom adapter': fastify.webhookMiddleware,
  webhookListener,
  fetchHandler,
};

describe.each(Object.entries(mounts))('%s', (name, mount) => {
  const receiver = () => createReceiver({ secret: 's3cret' });

  /** Returns the error of a mount with arguments that TypeScript rejects. */
  function errorOf(...args: readonly unknown[]): unknown {
    try {
      Reflect.apply(mount, undefined, args);
    } catch (error) {
      return error;
    }
    return undefined;
  }

  it(`${name} accepts clientIp`, () => {
    expect(errorOf(receiver(), { clientIp: () => '192.0.2.1' })).toBeUndefined();
    expect(errorOf(receiver(), { clientIp: undefined })).toBeUndefined();
  });

  it(`${name} rejects a misspelled option and suggests the right one`, () => {
    const error = errorOf(receiver(), { clientIP: () => '192.0.2.1' });
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toMatchObject({ option: 'clientIP', message: expect.stringContaining('"clientIp"') });
  });

  it(`${name} rejects an option that is not a function`, () => {
    expect(errorOf(receiver(), { clientIp: '192.0.2.1' })).toMatchObject({ option: 'clientIp' });
  });

  it.each([undefined, null, {}, createReceiver, 'receiver'])(`${name} rejects %s as a receiver`, (value) => {
    expect(errorOf(value)).toMatchObject({ name: 'ConfigurationError', option: 'receiver' });
  });
});
