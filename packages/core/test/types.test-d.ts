import { describe, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import { type Rejected, toHttpResponse } from '../src/adapter/index.ts';
import { defineEvents } from '../src/events/definitions/define-events.ts';
import type {
  EventEnvelope,
  EventIssue,
  EventMetadata,
  EventsByType,
  UnknownEvent,
} from '../src/events/index.ts';
import {
  createReceiver,
  type EventContext,
  type EventOf,
  eventSchemas,
  type Outcome,
  type ParsedEvent,
  parseEvent,
  type Receiver,
  type RejectionCode,
  rejections,
  type WebhookEvent,
} from '../src/index.ts';
import { samples, signedWebhook } from '../src/testing/index.ts';

const receiver = createReceiver({ secret: 's3cret' });
const schemas = {
  'asset.discovered': z.object({ asset: z.string() }),
  'team.note': z.object({ since: z.string().transform((text) => new Date(text)) }),
};
const custom = createReceiver({ secret: 's3cret', schemas });

type Type<Event extends { readonly event_type: unknown }> = Event['event_type'];

describe('a handler', () => {
  it('receives the event of its type, whose fields may be missing', () => {
    receiver.on('scan_completed', (event, context) => {
      expectTypeOf(event.event_type).toEqualTypeOf<'scan_completed'>();
      expectTypeOf(event.timestamp).toEqualTypeOf<string>();
      expectTypeOf(event.data.target).toEqualTypeOf<string | null | undefined>();
      expectTypeOf(event.data.high_risk_events).toEqualTypeOf<number | null | undefined>();
      expectTypeOf(event.data.modules_used).toEqualTypeOf<string[] | null | undefined>();
      expectTypeOf(event.data.undocumented).toEqualTypeOf<unknown>();
      expectTypeOf(event.metadata).toEqualTypeOf<EventMetadata>();
      expectTypeOf(event.metadata.workspace_id).toEqualTypeOf<string | null | undefined>();
      expectTypeOf(event.version).toEqualTypeOf<string | null | undefined>();
      expectTypeOf(context).toEqualTypeOf<EventContext>();
    });
    receiver.on('task.completed', ({ event_type, data }) => {
      expectTypeOf(event_type).toEqualTypeOf<'task.completed'>();
      expectTypeOf(data.elapsed_seconds).toEqualTypeOf<number | null | undefined>();
      expectTypeOf(data.created_at).toEqualTypeOf<string | number | null | undefined>();
    });
  });

  it('receives the context of its delivery', () => {
    receiver.onAny((_event, context) => {
      expectTypeOf(context.id).toEqualTypeOf<string>();
      expectTypeOf(context.ip).toEqualTypeOf<string | undefined>();
      expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>();
      expectTypeOf(context.receivedAt).toEqualTypeOf<Date>();
      expectTypeOf(context.wire.dialect).toEqualTypeOf<'guide' | 'shipped' | 'notification' | 'topic'>();
    });
  });

  it('receives one of the events of its list', () => {
    receiver.on(['scan_failed', 'module_error'], (event) => {
      expectTypeOf(event.event_type).toEqualTypeOf<'scan_failed' | 'module_error'>();
      expectTypeOf(event.data.error).toEqualTypeOf<unknown>();
      if (event.event_type === 'module_error') {
        expectTypeOf(event.data.module).toEqualTypeOf<string | null | undefined>();
      }
    });
  });

  it('receives the event under its main name if it is registered for an alias', () => {
    receiver.on('scan.complete', (event) => {
      expectTypeOf(event).toEqualTypeOf<EventsByType['scan_completed']>();
    });
    receiver.on('correlation_found', (event) => {
      expectTypeOf(event.event_type).toEqualTypeOf<'correlation_completed'>();
    });
    receiver.on(['scan.error', 'alert.high'], (event) => {
      expectTypeOf(event.event_type).toEqualTypeOf<'scan_failed' | 'alert.high'>();
    });
  });

  it("receives the events of a category: the guide's group, the dotted types, and the guide's names for them", () => {
    type Finding = Type<EventOf<'finding.*'>>;
    expectTypeOf<Finding>().toEqualTypeOf<
      | Type<UnknownEvent>
      | ('high_risk_event' | 'medium_risk_event' | 'vulnerability_found' | 'malware_detected')
      | ('finding.new' | 'finding.critical')
    >();
    type Module = Type<EventOf<'module.*'>>;
    expectTypeOf<Module>().toEqualTypeOf<
      Type<UnknownEvent> | 'module.started' | 'module.completed' | 'module.timeout' | 'module_error'
    >();
    receiver.on('scan.*', (event) => {
      if (event.event_type === 'scan_completed') {
        expectTypeOf(event.data.duration).toEqualTypeOf<number | null | undefined>();
      }
      if (event.event_type === 'scan.archived') {
        expectTypeOf(event.data.scan_id).toEqualTypeOf<string | null | undefined>();
      }
      // @ts-expect-error a finding is not a scan event
      if (event.event_type === 'malware_detected') return;
    });
  });

  it('is removed with the types that it was registered for', () => {
    const onScan = (_: EventsByType['scan_completed']) => {};
    const onFinding = (_: EventsByType['high_risk_event']) => {};
    expectTypeOf(receiver.on('scan_completed', onScan).off('scan_completed', onScan)).toEqualTypeOf(receiver);
    expectTypeOf(receiver.off(['scan.complete', 'scan_completed'], onScan)).toEqualTypeOf(receiver);
    receiver.offAny((event) => expectTypeOf(event).toEqualTypeOf<WebhookEvent>());
    receiver.offUnhandled((event) => expectTypeOf(event).toEqualTypeOf<WebhookEvent>());
    // @ts-expect-error a handler of other events cannot be registered for this type
    receiver.off('scan_completed', onFinding);
    // @ts-expect-error an unknown type
    receiver.off('scan_complet', () => {});
  });

  it('receives any event, including unknown ones, from all, onAny and onUnhandled', () => {
    receiver.on('all', (event) => {
      expectTypeOf(event).toEqualTypeOf<WebhookEvent>();
    });
    receiver.onUnhandled((event) => {
      expectTypeOf(event).toEqualTypeOf<WebhookEvent>();
    });
    receiver.onAny((event) => {
      expectTypeOf(event).toEqualTypeOf<WebhookEvent>();
      expectTypeOf(event.event_type).toExtend<string>();
      expectTypeOf(event.further).toEqualTypeOf<unknown>();
      if (event.event_type === 'high_risk_event') {
        expectTypeOf(event).toEqualTypeOf<EventsByType['high_risk_event']>();
        expectTypeOf(event.data.module).toEqualTypeOf<string | null | undefined>();
      }
    });
  });
});

describe('custom schemas', () => {
  it('add an event type, and replace the data type of a known one', () => {
    custom.on('asset.discovered', (event) => {
      expectTypeOf(event).toEqualTypeOf<EventEnvelope<'asset.discovered', { asset: string }>>();
    });
    custom.on('team.note', ({ data }) => {
      expectTypeOf(data.since).toEqualTypeOf<Date>();
    });
    custom.on('scan_completed', ({ data }) => {
      expectTypeOf(data.target).toEqualTypeOf<string | null | undefined>();
    });
  });

  it('add their prefix as a category, and are part of every event union', () => {
    custom.on('team.*', ({ event_type }) => {
      expectTypeOf(event_type).toEqualTypeOf<'team.note' | Type<UnknownEvent>>();
    });
    custom.onAny((event) => {
      if (event.event_type === 'team.note') expectTypeOf(event.data).toEqualTypeOf<{ since: Date }>();
    });
    createReceiver({ secret: 's3cret', schemas, events: ['team', 'team.*', 'team.note', 'finding'] });
  });

  it('can be written inline', () => {
    const inline = createReceiver({
      secret: 's3cret',
      schemas: { 'asset.discovered': z.object({ asset: z.string() }) },
    });
    inline.on('asset.discovered', ({ data }) => {
      expectTypeOf(data.asset).toEqualTypeOf<string>();
    });
  });

  it('type the result of parseEvent()', () => {
    const parsed = parseEvent('', { schemas });
    expectTypeOf(parsed).toEqualTypeOf<ParsedEvent<WebhookEvent<typeof schemas>> | Rejected>();
    if (parsed.status === 'parsed' && parsed.event.event_type === 'asset.discovered') {
      expectTypeOf(parsed.event.data.asset).toEqualTypeOf<string>();
    }
  });
});

describe('the compiler', () => {
  it('rejects unknown event types', () => {
    // @ts-expect-error misspelled
    receiver.on('scan_complete', () => {});
    // @ts-expect-error the second of the list is unknown
    receiver.on(['scan_completed', 'scan_finished'], () => {});
    // @ts-expect-error an unknown category
    receiver.on('scans.*', () => {});
    // @ts-expect-error known only to another receiver
    receiver.on('team.note', () => {});
    // @ts-expect-error an unknown type in events
    createReceiver({ secret: 's3cret', events: ['scan_complete'] });
  });

  it('rejects fields of another type', () => {
    // @ts-expect-error the field may be missing
    receiver.on('scan_completed', ({ data }) => data.target.length);
    // @ts-expect-error the handler is for another event
    receiver.on('scan_completed', (_event: EventsByType['module_error']) => {});
    // @ts-expect-error the event is read-only, because other handlers receive it too
    receiver.on('scan_completed', (event) => (event.timestamp = ''));
  });

  it('rejects invalid options', () => {
    // @ts-expect-error the secret is missing
    createReceiver({});
    // @ts-expect-error only false disables verification
    createReceiver({ secret: true });
    // @ts-expect-error misspelled
    createReceiver({ secret: 's3cret', allowedIPs: ['loopback'] });
    // @ts-expect-error must be an array, not a string
    createReceiver({ secret: 's3cret', allowedIps: '192.0.2.7' });
    // @ts-expect-error not a zod schema
    createReceiver({ secret: 's3cret', schemas: { 'team.note': {} } });
    createReceiver({ secret: ['new', new Uint8Array(8)], signatureHeader: ['x-one', 'x-two'] });
    createReceiver({ secret: false });
  });
});

describe('the definition of an event type', () => {
  const schema = z.looseObject({});

  it('keeps its literal types', () => {
    const defined = defineEvents({
      'scan.new': { schema, category: 'scan', aliases: ['scan.add'], severity: 'LOW' },
      scan_new: { schema, category: 'anything', severity: 'HIGH' },
    });
    expectTypeOf(defined['scan.new'].aliases).toEqualTypeOf<readonly ['scan.add']>();
    expectTypeOf(defined.scan_new.category).toEqualTypeOf<'anything'>();
  });

  it('must have a known severity, and for a dotted type the category of its prefix', () => {
    // @ts-expect-error the severity is missing
    defineEvents({ scan_new: { schema, category: 'scan' } });
    // @ts-expect-error not a severity
    defineEvents({ scan_new: { schema, category: 'scan', severity: 'SEVERE' } });
    // @ts-expect-error the prefix is `scan`
    defineEvents({ 'scan.new': { schema, category: 'finding', severity: 'LOW' } });
  });
});

describe('an outcome', () => {
  it('is narrowed by its status', () => {
    receiver.onOutcome((outcome, { timings }) => {
      expectTypeOf(timings.handle).toEqualTypeOf<number | undefined>();
      if (outcome.status === 'rejected') {
        expectTypeOf(outcome).toEqualTypeOf<Rejected>();
        expectTypeOf(outcome.code).toEqualTypeOf<RejectionCode>();
        expectTypeOf(outcome.issues).toEqualTypeOf<readonly EventIssue[] | undefined>();
      } else {
        expectTypeOf(outcome.status).toEqualTypeOf<'processed' | 'accepted' | 'duplicate' | 'ignored'>();
        expectTypeOf(outcome.id).toEqualTypeOf<string>();
        expectTypeOf(outcome.event).toEqualTypeOf<WebhookEvent>();
      }
    });
    custom.onOutcome((outcome) => {
      if (outcome.status !== 'processed') return;
      expectTypeOf(outcome.event).toEqualTypeOf<WebhookEvent<typeof schemas>>();
    });
    expectTypeOf(toHttpResponse).parameter(0).toEqualTypeOf<Outcome>();
  });

  it('has a code of rejections', () => {
    expectTypeOf<RejectionCode>().toEqualTypeOf<keyof typeof rejections>();
    expectTypeOf(rejections.invalid_signature.status).toEqualTypeOf<401>();
    // @ts-expect-error an unknown code
    rejections.invalid_signatur;
  });
});

describe('the public types', () => {
  it('each schema returns the event of its type', () => {
    const event = eventSchemas.vulnerability_found.parse({});
    expectTypeOf(event.event_type).toEqualTypeOf<'vulnerability_found'>();
    expectTypeOf(event.data.module).toEqualTypeOf<string | null | undefined>();
  });

  it('registrations can be chained and keep their types', () => {
    expectTypeOf(custom.on('all', () => {}).onAny(() => {})).toEqualTypeOf<Receiver<typeof schemas>>();
  });

  it('every known type has a sample, and any type can be signed', () => {
    expectTypeOf(samples).toHaveProperty('alert.critical');
    expectTypeOf(signedWebhook).parameter(0).extract<'scan.complete'>().toEqualTypeOf<'scan.complete'>();
    expectTypeOf(signedWebhook).toBeCallableWith('future.event', { secret: 's3cret' });
  });
});
