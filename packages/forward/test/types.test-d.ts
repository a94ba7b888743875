import { anyEventSchema, createReceiver, type EventOf } from '@spiderfoot-webhooks/core';
import { expectTypeOf, it } from 'vitest';
import { type AnyEvent, type Forwarder, fallback, minSeverity, throttle, when } from '../src/index.ts';
import { slack } from '../src/slack/index.ts';
import { webhook } from '../src/webhook/index.ts';

const receiver = createReceiver({ secret: 's', schemas: { 'asset.mine': anyEventSchema } });
const url = 'https://example.com';
const toSlack = slack({ url });

it('a forwarder goes with every type, with all of them, and with types of your own', () => {
  receiver
    .on('scan_completed', toSlack)
    .on(['scan.*', 'alert.high'], toSlack)
    .on('all', toSlack)
    .on('asset.mine', toSlack)
    .onAny(toSlack)
    .onUnhandled(webhook({ url, secret: 's' }));
  createReceiver({ secret: 's' }).on('scan.complete', toSlack).onAny(toSlack);
});

it('when knows the event that it is registered for', () => {
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
  const slow = async () => false;
  // @ts-expect-error: a predicate that takes its time is always true
  receiver.on('scan_completed', when(slow, toSlack));
});

it('fallback takes functions of yours, and tells them the event', () => {
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
  // @ts-expect-error: it wants another event
  receiver.on('high_risk_event', fallback(toSlack, onFailure));
  // @ts-expect-error: one alone has nothing to fall back to
  fallback(toSlack);
});

it('they compose', () => {
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
  // @ts-expect-error: there is no such severity
  minSeverity('high', toSlack);
});
