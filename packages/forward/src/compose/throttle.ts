import { createHash } from 'node:crypto';
import type { EventContext } from '@spiderfoot-webhooks/core';
import { ForwardError } from '../errors/forward-error.ts';
import { groupOf } from '../events/event-group.ts';
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

export interface ThrottleOptions {
  /**
   * Milliseconds after a message in which further events are collected. It has to leave the handler time to send:
   * well below the nine seconds that it has without a queue.
   * @default 3000
   */
  readonly window?: number;
  /**
   * How many events make a group, which is then sent at once. An event that waits keeps its place in the queue, so a
   * group cannot grow beyond the queue's `concurrency`: raise both together.
   * @default 16
   */
  readonly max?: number;
}

/** An event that waits for its group. */
interface Member {
  readonly event: AnyEvent;
  readonly context: EventContext;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group a burst: the first event is sent at once, those that follow within the window as one `EventGroup`, with their
 * count. Each event's handler succeeds when its group has been sent, and fails when that fails: nothing is taken as
 * sent that was not, and an event whose time is over before leaves its group.
 * @throws ConfigurationError that names the option
 * @example
 * receiver.on('finding.*', throttle(slack({ url }), { window: 5000 }), { name: 'slack' });
 */
export function throttle(handler: Handler<AnyEvent>, options: ThrottleOptions = {}): Forwarder {
  checkHandler('handler', handler);
  rejectUnknown(options, ['window', 'max']);
  const window = readInteger('window', options.window ?? 3000, 1);
  const max = readInteger('max', options.max ?? 16, 1);
  const waiting = new Set<Member>();
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
async function sendGroup(handler: Handler<AnyEvent>, members: readonly Member[]): Promise<void> {
  const [first, second] = members;
  if (first === undefined) return;
  const all = createSharedSignal(members.map(({ context }) => context.signal));
  try {
    if (second === undefined) await handler(first.event, first.context);
    else
      await handler(
        groupOf(members.map(({ event }) => event)),
        contextOf(first.context, members, all.signal),
      );
    for (const { resolve } of members) resolve();
  } catch (error) {
    for (const { reject } of members) reject(error);
  } finally {
    all.stop();
  }
}

/** Aborted when all of them are: as long as one handler still has time, its group has. */
function createSharedSignal(signals: readonly AbortSignal[]): { signal: AbortSignal; stop: () => void } {
  const controller = new AbortController();
  let left = signals.length;
  const stops = signals.map((signal) =>
    onAbort(signal, () => {
      left -= 1;
      if (left === 0) controller.abort(signal.reason);
    }),
  );
  return {
    signal: controller.signal,
    stop() {
      for (const stop of stops) stop();
    },
  };
}

/**
 * A group has an id of its own, that begins with its first event's and is the same only for the same events: under
 * that event's own, a target that tells what it has already would drop the others. A context's members are getters,
 * so there is no spreading it.
 */
function contextOf(
  { id, endpoint, receivedAt, ip, attempt, wire, logger }: EventContext,
  members: readonly Member[],
  signal: AbortSignal,
): EventContext {
  const ids = members.map(({ context }) => context.id);
  const digest = createHash('sha256').update(ids.join()).digest('hex').slice(0, 16);
  return { id: `${id}-${digest}`, endpoint, receivedAt, ip, attempt, wire, logger, signal };
}
