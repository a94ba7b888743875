import type * as z from 'zod';
import type { guideGroups } from './guide.ts';
import type { DataSchemas, knownData, metadata } from './schemas.ts';
import type { aliases } from './shipped.ts';

type KnownData = typeof knownData;

/** The name of a type with a schema of its own. */
export type KnownEventType = keyof KnownData;

/** Another name of a known type; an event that bears it arrives under the type's own name. */
export type EventAlias = keyof typeof aliases;

/** `metadata` as the guide has it. */
export type EventMetadata = z.output<typeof metadata>;

/** An event in the guide's envelope, whichever dialect it came in. */
export interface EventEnvelope<Type extends string, Data> {
  readonly event_type: Type;
  /** When the event happened: ISO 8601 with `Z` or an offset. */
  readonly timestamp: string;
  /** `spiderfoot` where the sender names none. */
  readonly source: string;
  /** SpiderFoot's version. The shipped dialect does not include it. */
  readonly version?: string | null | undefined;
  readonly data: Data;
  /** `{}` where the sender gives none. */
  readonly metadata: EventMetadata;
  /** Whatever else stood in the envelope. */
  readonly [further: string]: unknown;
}

/**
 * The name of a type that neither the kit nor `schemas` knows: at run time any other string. To the compiler it is
 * a name apart, so that `event.event_type === 'scan_completed'` narrows to that event alone, which a plain `string`
 * beside it would prevent. To compare it, give it to a `string` first, or better, add the type to `schemas`.
 */
declare enum UnknownName {
  any = '',
}
export type UnknownEventType = UnknownName.any;

/** An event of a type that neither the kit nor `schemas` knows. Delivered to `onAny` and `onUnhandled`. */
export type UnknownEvent = EventEnvelope<UnknownEventType, Readonly<Record<string, unknown>>>;

/** `data` by event type, a user's own schemas first. */
type DataOf<Schemas extends DataSchemas> = {
  readonly [Type in KnownEventType as Type extends keyof Schemas ? never : Type]: z.output<KnownData[Type]>;
} & { readonly [Type in keyof Schemas]: z.output<Schemas[Type]> };

/** Events by their type. */
export type EventsByType<Schemas extends DataSchemas = Record<never, never>> = {
  readonly [Type in keyof DataOf<Schemas> & string]: EventEnvelope<Type, DataOf<Schemas>[Type]>;
};

/** Any event: narrow it by `event_type`. */
export type WebhookEvent<Schemas extends DataSchemas = Record<never, never>> =
  | EventsByType<Schemas>[keyof EventsByType<Schemas>]
  | UnknownEvent;

/** The guide's four groups, and their types. */
type Groups = typeof guideGroups;

/** The part of a dotted name before its first dot. */
type PrefixOf<Type> = Type extends `${infer Prefix}.${string}` ? Prefix : never;

/** The prefix of a category wildcard. */
export type Category<Schemas extends DataSchemas = Record<never, never>> =
  | keyof Groups
  | PrefixOf<KnownEventType | EventAlias | keyof Schemas>;

/** The types that `<prefix>.*` covers: the guide's group, the dotted types, and the guide's twins of dotted types. */
type TypesOfCategory<Prefix extends string, Schemas extends DataSchemas> = Extract<
  | (Prefix extends keyof Groups ? Groups[Prefix][number] : never)
  | {
      [Alias in EventAlias]: Alias extends `${Prefix}.${string}` ? (typeof aliases)[Alias] : never;
    }[EventAlias]
  | Extract<keyof EventsByType<Schemas>, `${Prefix}.${string}`>,
  keyof EventsByType<Schemas>
>;

/** What {@link Receiver.on} takes: a type, an alias of one, `'<category>.*'` or `'all'`. */
export type EventSelector<Schemas extends DataSchemas = Record<never, never>> =
  | (keyof EventsByType<Schemas> & string)
  | EventAlias
  | `${Category<Schemas>}.*`
  | 'all';

/** The event that a handler of this selector gets. */
export type EventOf<
  Selector extends string,
  Schemas extends DataSchemas = Record<never, never>,
> = Selector extends 'all'
  ? WebhookEvent<Schemas>
  : Selector extends `${infer Prefix}.*`
    ? EventsByType<Schemas>[TypesOfCategory<Prefix, Schemas>] | UnknownEvent
    : Selector extends keyof EventsByType<Schemas>
      ? EventsByType<Schemas>[Selector]
      : Selector extends EventAlias
        ? EventsByType<Schemas>[Extract<(typeof aliases)[Selector], keyof EventsByType<Schemas>>]
        : never;
