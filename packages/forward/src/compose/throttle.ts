import type { EventContext } from '@spiderfoot-webhooks/core';
import { ForwardError } from '../errors/forward-error.ts';
import { type EventGroup, groupOf } from '../events/event-group.ts';
import {
  type AnyEvent,
  checkHandler,
  closeAll,
  type Forwarder,
  type Handler,
  toForwarder,
} from '../forwarder.ts';
import { onAbort } from '../on-abort.ts';
import { readInteger, rejectUnknown } from '../option-checks.ts';
import { groupContext } from './group-context.ts';
import { createSharedSignal } from './shared-signal.ts';

export interface ThrottleOptions {
  /**
   * How long events are collected after a message, in milliseconds. Keep the window well below the time of a handler,
   * which is nine seconds without a queue, so that there is time left to send the group.
   * @default 3000
   */
  readonly window?: number;
  /**
   * The maximum number of events in a group. A full group is sent immediately. With a queue, each waiting event occupies a
   * worker, so a group cannot exceed the queue's `concurrency`. Raise both options together.
   * @default 16
   */
  readonly max?: number;
}

/** An event that waits for its group, and the promise of its handler. */
interface WaitingEvent {
  readonly event: AnyEvent;
  readonly context: EventContext;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group the events of a burst. The first event is sent immediately. The events that arrive during the `window` after it
 * are sent as one {@link EventGroup}.
 *
 * The handler of each event succeeds or fails with its group, so an event never counts as sent if it was not. If the time
 * of a handler ends before its group is sent, its event leaves the group.
 * @throws ConfigurationError that names the option
 * @example
 * receiver.on('finding.*', throttle(slack({ url }), { window: 5000 }), { name: 'slack' });
 */
export function throttle(handler: Handler<AnyEvent>, options: ThrottleOptions = {}): Forwarder {
  checkHandler('handler', handler);
  rejectUnknown(options, ['window', 'max']);
  const window = readInteger('window', options.window ?? 3000, 1);
  const max = readInteger('max', options.max ?? 16, 1);
  const waiting = new Set<WaitingEvent>();
  const sending = new Set<Promise<void>>();
  let timer: NodeJS.Timeout | undefined;

  function open(): void {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = undefined;
      flush();
    }, window);
  }

  function flush(): void {
    const members = [...waiting];
    waiting.clear();
    if (members.length === 0) return;
    open();
    const sent = sendGroup(handler, members).finally(() => sending.delete(sent));
    sending.add(sent);
  }

  function join(event: AnyEvent, context: EventContext): Promise<void> {
    let stop = () => {};
    const joined = new Promise<void>((resolve, reject) => {
      const member = { event, context, resolve, reject };
      waiting.add(member);
      stop = onAbort(context.signal, () => {
        if (waiting.delete(member)) reject(new ForwardError('throttle', 0, { code: 'aborted' }));
      });
      if (waiting.size >= max) flush();
    });
    return joined.finally(stop);
  }

  return toForwarder(
    async (event: AnyEvent, context) => {
      if (timer !== undefined) return join(event, context);
      open();
      await handler(event, context);
    },
    async () => {
      flush();
      clearTimeout(timer);
      timer = undefined;
      await Promise.all(sending);
      await closeAll([handler]);
    },
  );
}

/** Send the collected events, and settle each with the result. A single event is sent unchanged. Never rejects. */
async function sendGroup(handler: Handler<AnyEvent>, members: readonly WaitingEvent[]): Promise<void> {
  const [first, ...others] = members;
  if (first === undefined) return;
  const all = createSharedSignal(members.map(({ context }) => context.signal));
  try {
    if (others.length === 0) await handler(first.event, first.context);
    else {
      const group = groupOf(members.map(({ event }) => event));
      const contexts = others.map(({ context }) => context);
      await handler(group, groupContext([first.context, ...contexts], all.signal));
    }
    for (const { resolve } of members) resolve();
  } catch (error) {
    for (const { reject } of members) reject(error);
  } finally {
    all.stop();
  }
}
