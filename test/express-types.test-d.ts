import { createReceiver, type EventContext, type WebhookEvent } from '@spiderfoot-webhooks/core';
import type { VerifiedWebhook } from '@spiderfoot-webhooks/core/adapter';
import {
  webhookMiddleware as forExpress,
  getWebhook,
  type RegisteredSchemas,
  type WebhookRequest,
} from '@spiderfoot-webhooks/express';
import express from 'express';
import { describe, expectTypeOf, it } from 'vitest';
import * as z from 'zod';

const receiver = createReceiver({ secret: 's3cret' });
const schemas = { 'acme.custom': z.object({ floor: z.number() }) };
const own = createReceiver({ secret: 's3cret', schemas });

// product/express-4-types.test.ts also compiles this file with the types of Express 4.
describe('a route of Express', () => {
  it('req.spiderfoot is the event, or undefined before the middleware', () => {
    express().post('/webhook', forExpress(receiver), (req) => {
      expectTypeOf(req.spiderfoot).toEqualTypeOf<VerifiedWebhook | undefined>();
      expectTypeOf(req.spiderfoot?.context.id).toEqualTypeOf<string | undefined>();
      if (req.spiderfoot?.event.event_type !== 'scan_completed') return;
      expectTypeOf(req.spiderfoot.event.data.target).toEqualTypeOf<string | null | undefined>();
    });
  });

  it('getWebhook infers the type of the event from the middleware that is registered with the route', () => {
    const app = express();
    app.post('/own', forExpress(own), (req) => {
      const { event, context } = getWebhook(req);
      expectTypeOf(event).toEqualTypeOf<WebhookEvent<typeof schemas>>();
      expectTypeOf(context).toEqualTypeOf<EventContext>();
      if (event.event_type === 'acme.custom') expectTypeOf(event.data.floor).toEqualTypeOf<number>();
    });
    app.post('/plain', forExpress(receiver), (req) => {
      expectTypeOf(getWebhook(req)).toEqualTypeOf<VerifiedWebhook>();
    });
    app.use('/used', forExpress(own), (req) => {
      expectTypeOf(getWebhook(req)).toEqualTypeOf<VerifiedWebhook<typeof schemas>>();
    });
    express.Router().post('/:tenant/:id', express.json(), forExpress(own), (req, res) => {
      expectTypeOf(getWebhook(req)).toEqualTypeOf<VerifiedWebhook<typeof schemas>>();
      expectTypeOf(req.params.tenant).toExtend<string | string[] | undefined>();
      res.locals.anything = 1;
      res.json({ status: 'success' });
    });
    app.route('/route').all(forExpress(own), (req) => {
      expectTypeOf(getWebhook(req)).toEqualTypeOf<VerifiedWebhook<typeof schemas>>();
    });
    expectTypeOf<RegisteredSchemas>().toEqualTypeOf<Record<never, never>>();
  });

  it('getWebhook types the event of a separate route by WebhookRequest or by the receiver', () => {
    function ownRoute(req: WebhookRequest<typeof schemas>, res: express.Response) {
      expectTypeOf(getWebhook(req)).toEqualTypeOf<VerifiedWebhook<typeof schemas>>();
      res.end();
    }
    const app = express();
    app.post('/own', forExpress(own), ownRoute);
    app.use('/apart', forExpress(own));
    app.post('/apart', ownRoute);
    app.post('/apart', (req) => {
      expectTypeOf(getWebhook(req)).toEqualTypeOf<VerifiedWebhook>();
      expectTypeOf(getWebhook(req, own)).toEqualTypeOf<VerifiedWebhook<typeof schemas>>();
      expectTypeOf(getWebhook(req, receiver)).toEqualTypeOf<VerifiedWebhook>();
    });
    const plain: express.RequestHandler = (req) => {
      expectTypeOf(getWebhook(req)).toEqualTypeOf<VerifiedWebhook>();
    };
    app.post('/plain', forExpress(receiver), plain);
  });

  it('the middleware of Express can be combined with other middleware and with lists of middleware', () => {
    const others: express.RequestHandler[] = [express.json(), forExpress(own), forExpress(receiver)];
    express().post('/lists', others, forExpress(own));
    express().post('/lists', [forExpress(own)], (req: express.Request) => void req);
    type Locals = { user: string };
    const auth: express.RequestHandler<{ id: string }, unknown, unknown, express.Request['query'], Locals> = (
      _req,
      res,
      next,
    ) => {
      res.locals.user = 'someone';
      next();
    };
    express().post('/:id', auth, forExpress(own), (req, res) => {
      expectTypeOf(getWebhook(req, own)).toEqualTypeOf<VerifiedWebhook<typeof schemas>>();
      res.json(req.params.id);
    });
    express().post<{ id: string }, unknown, unknown, express.Request['query'], Locals>(
      '/:id',
      forExpress(own),
      (req, res) => {
        expectTypeOf(getWebhook(req, own)).toEqualTypeOf<VerifiedWebhook<typeof schemas>>();
        expectTypeOf(res.locals.user).toEqualTypeOf<string>();
      },
    );
  });
});
