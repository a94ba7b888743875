import { didYouMean } from '@spiderfoot-webhooks/core/config/values';
import { type Severity, selectTypes, severities, typeSelectors } from '@spiderfoot-webhooks/core/events';
import type { AnyEvent, Forwarder, Handler } from '@spiderfoot-webhooks/forward';
import { durationValue } from './setting-values.ts';
import type { TargetSettings } from './target-settings.ts';

/** Which events a target gets, and how bursts are grouped. */
export interface EventLimits {
  /** Return whether the target gets events of this type. `undefined` for all types. */
  readonly covers: ((type: string) => boolean) | undefined;
  /** The minimum severity. */
  readonly severity: Severity | undefined;
  /** How long events are collected after a message, in milliseconds. */
  readonly window: number | undefined;
}

/**
 * The longest window of `throttle`, in milliseconds. A handler has 9 seconds without a queue and 5 minutes with one, and
 * the group must be sent within this time.
 */
const longestWindow = { inline: 5000, queued: 120_000 } as const;

/** Read `types`, `severity` and `throttle`. */
export function readLimits(settings: TargetSettings, mode: keyof typeof longestWindow): EventLimits {
  return {
    covers: readTypes(settings),
    severity: readSeverity(settings),
    window: durationValue(settings, 'throttle', longestWindow[mode]),
  };
}

function readTypes(settings: TargetSettings): EventLimits['covers'] {
  const text = settings.get('types');
  if (text === undefined) return undefined;
  const names = text.split(/[,\n]/).map((name) => name.trim());
  const selections = names.map((name) => {
    const selection = selectTypes(name);
    if (selection !== undefined) return selection;
    const problem = `contains "${name}", which is not an event type.${didYouMean(name, typeSelectors())}`;
    return settings.fail('types', problem);
  });
  return (type) => selections.some(({ covers }) => covers(type));
}

function readSeverity(settings: TargetSettings): Severity | undefined {
  const text = settings.get('severity');
  if (text === undefined) return undefined;
  const severity = severities.find((each) => each === text.toUpperCase());
  return severity ?? settings.fail('severity', `must be one of ${severities.join(', ')}.`);
}

/** Group the bursts of a forwarder. */
export async function grouped(forwarder: Forwarder, { window }: EventLimits): Promise<Forwarder> {
  if (window === undefined) return forwarder;
  const { throttle } = await import('@spiderfoot-webhooks/forward');
  return throttle(forwarder, { window });
}

/** Run a handler only for the events that its target gets. */
export async function limited<Event extends AnyEvent>(
  handler: Handler<Event>,
  { covers, severity }: EventLimits,
): Promise<Handler<Event>> {
  if (covers === undefined && severity === undefined) return handler;
  const { minSeverity, when } = await import('@spiderfoot-webhooks/forward');
  const severe = severity === undefined ? handler : minSeverity<Event>(severity, handler);
  return covers === undefined ? severe : when<Event>(({ event_type }) => covers(event_type), severe);
}
