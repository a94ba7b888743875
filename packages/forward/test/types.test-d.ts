import { anyEventSchema, createReceiver, type EventOf } from '@spiderfoot-webhooks/core';
import { expectTypeOf, it } from 'vitest';
import { type AnyEvent, type Forwarder, fallback, minSeverity, throttle, when } from '../src/index.ts';
import { slack } from '../src/slack/index.ts';
import { webhook } from '../src/webhook/index.ts';

const receiver = createReceiver({ secret: 's', schemas: { 'asset.mine': anyEventSchema } });
const url = 'https://example.com';
const toSlack = slack({ url });

it('a forwarder is a handler for one type, for all types, and for types of your own', () => {
  receiver
    .on('scan_completed', toSlack)
    .on(['scan.*', 'alert.high'], toSlack)
    .on('all', toSlack)
    .on('asset.mine', toSlack)
    .onAny(toSlack)
    .onUnhandled(webhook({ url, secret: 's' }));
  createReceiver({ secret: 's' }).on('scan.complete', toSlack).onAny(toSlack);
});

it('the predicate of when() has the type of the event that it is registered for', () => {
  receiver.on(
    'scan_completed',
    when((event, context) => {
      expectTypeOf(event).toEqualTypeOf<EventOf<'scan_completed', { 'asset.mine': typeof anyEventSchema }>>();
      expectTypeOf(context.id).toBeString();
      return (event.data.high_risk_events ?? 0) > 0;
    }, toSlack),
    { name: 'slack' },
  );
  receiver.onAny(
    when((event) => event.event_type === 'scan_completed' && event.data.duration === 1, toSlack),
  );
  const asynchronous = async () => false;
  // @ts-expect-error: a predicate must not return a promise, which is always truthy
  receiver.on('scan_completed', when(asynchronous, toSlack));
});

it('fallback() accepts your own functions, which get the typed event', () => {
  const alert = fallback<EventOf<'high_risk_event'>>(toSlack, async ({ data }, { signal }) => {
    expectTypeOf(data.module).toEqualTypeOf<string | null | undefined>();
    expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
  });
  receiver.on('high_risk_event', alert);
  receiver.on(
    'high_risk_event',
    fallback(toSlack, ({ data }) => console.log(data.module?.length)),
  );
  const onFailure = (event: EventOf<'scan_failed'>) => event.data.error;
  receiver.on('scan_failed', fallback(toSlack, onFailure));
  // @ts-expect-error: onFailure is a handler of another event
  receiver.on('high_risk_event', fallback(toSlack, onFailure));
  // @ts-expect-error: at least two handlers are required
  fallback(toSlack);
});

it('composed forwarders can be composed again', () => {
  const alert = minSeverity('HIGH', throttle(fallback(toSlack, webhook({ url, secret: 's' })), { max: 4 }));
  expectTypeOf(alert).toEqualTypeOf<Forwarder>();
  receiver.on('high_risk_event', alert, { name: 'alert' }).onAny(alert);
  receiver.on(
    'high_risk_event',
    fallback(
      when(({ data }) => data.module === 'sfp_x', toSlack),
      toSlack,
    ),
  );
  throttle((event) => expectTypeOf(event).toEqualTypeOf<AnyEvent>());
  // @ts-expect-error: severities are in uppercase
  minSeverity('high', toSlack);
});
