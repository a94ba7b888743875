import type * as z from 'zod';
import type { definitions } from './definitions/index.ts';
import type { DataSchemas, metadata } from './schemas.ts';

type Definitions = typeof definitions;

/** The name of a type that has a schema. */
export type KnownEventType = keyof Definitions;

/** The aliases of a known type. */
type AliasesOf<Type extends KnownEventType> = Definitions[Type] extends {
  readonly aliases: readonly (infer Alias extends string)[];
}
  ? Alias
  : never;

/** The known type that each alias names. */
type TypeByAlias = { readonly [Type in KnownEventType as AliasesOf<Type>]: Type };

/** An alias of a known type. Handlers get an event with this name under its canonical type. */
export type EventAlias = keyof TypeByAlias;

/** The `metadata` of an event, as documented in the guide. */
export type EventMetadata = z.output<typeof metadata>;

/** An event in the guide's envelope, regardless of the dialect in which it was sent. */
export interface EventEnvelope<Type extends string, Data> {
  readonly event_type: Type;
  /** When the event happened: ISO 8601 with `Z` or an offset. */
  readonly timestamp: string;
  /** The sender's name. `spiderfoot` if the sender does not write one. */
  readonly source: string;
  /** SpiderFoot's version. The shipped dialect does not include it. */
  readonly version?: string | null | undefined;
  readonly data: Data;
  /** `{}` if the sender does not write it. */
  readonly metadata: EventMetadata;
  /** Other members of the envelope. */
  readonly [further: string]: unknown;
}

/**
 * The name of a type that is not known to the kit or to `schemas`. At run time, it is any other string. For the
 * compiler, it is a distinct type, so that `event.event_type === 'scan_completed'` narrows to that event only. A plain
 * `string` in the union would prevent this. To compare an unknown type, assign it to a `string` variable first, or add
 * the type to `schemas`.
 */
declare enum UnknownName {
  any = '',
}
export type UnknownEventType = UnknownName.any;

/** An event of a type that is not known to the kit or to `schemas`. It is delivered to `onAny` and `onUnhandled`. */
export type UnknownEvent = EventEnvelope<UnknownEventType, Readonly<Record<string, unknown>>>;

/** `data` by event type. The user's own schemas have precedence. */
type DataOf<Schemas extends DataSchemas> = {
  readonly [Type in KnownEventType as Type extends keyof Schemas ? never : Type]: z.output<
    Definitions[Type]['schema']
  >;
} & { readonly [Type in keyof Schemas]: z.output<Schemas[Type]> };

/** Events by their type. */
export type EventsByType<Schemas extends DataSchemas = Record<never, never>> = {
  readonly [Type in keyof DataOf<Schemas> & string]: EventEnvelope<Type, DataOf<Schemas>[Type]>;
};

/** Any event: narrow it by `event_type`. */
export type WebhookEvent<Schemas extends DataSchemas = Record<never, never>> =
  | EventsByType<Schemas>[keyof EventsByType<Schemas>]
  | UnknownEvent;

/** The part of a dotted name before its first dot. */
type PrefixOf<Type> = Type extends `${infer Prefix}.${string}` ? Prefix : never;

/** The prefix of a category wildcard. */
export type Category<Schemas extends DataSchemas = Record<never, never>> =
  | Definitions[KnownEventType]['category']
  | PrefixOf<EventAlias | keyof Schemas>;

/** The categories of a known type: its own, and the prefixes of its aliases. */
type CategoriesOf<Type extends KnownEventType> = Definitions[Type]['category'] | PrefixOf<AliasesOf<Type>>;

/** The types that `<prefix>.*` matches. */
type TypesOfCategory<Prefix extends string, Schemas extends DataSchemas> = Extract<
  keyof EventsByType<Schemas>,
  | { [Type in KnownEventType]: Prefix extends CategoriesOf<Type> ? Type : never }[KnownEventType]
  | `${Prefix}.${string}`
>;

/** A selector for `receiver.on`: a type, an alias, `'<category>.*'` or `'all'`. */
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
        ? EventsByType<Schemas>[Extract<TypeByAlias[Selector], keyof EventsByType<Schemas>>]
        : never;
