import type * as z from 'zod';
import type { definitions } from './definitions/index.ts';
import type { DataSchemas, metadata } from './schemas.ts';

type Definitions = typeof definitions;

/** The name of a type with a schema of its own. */
export type KnownEventType = keyof Definitions;

/** The aliases of a known type. */
type AliasesOf<Type extends KnownEventType> = Definitions[Type] extends {
  readonly aliases: readonly (infer Alias extends string)[];
}
  ? Alias
  : never;

/** The known type that each alias names. */
type TypeByAlias = { readonly [Type in KnownEventType as AliasesOf<Type>]: Type };

/** Another name of a known type. An event with this name arrives under the type's own name. */
export type EventAlias = keyof TypeByAlias;

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
        ? EventsByType<Schemas>[Extract<TypeByAlias[Selector], keyof EventsByType<Schemas>>]
        : never;
