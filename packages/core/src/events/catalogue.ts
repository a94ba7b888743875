import * as z from 'zod';
import { guideData, guideGroups } from './guide.ts';
import { aliases, shippedData } from './shipped.ts';

/** The schemas of `data`, by the type's name: the guide's fifteen and the dotted types without a twin. */
const knownData = { ...guideData, ...shippedData };

/** The guide's `metadata`. */
const metadata = z.looseObject({
  workspace_id: z.string().nullish(),
  user: z.string().nullish(),
  scan_name: z.string().nullish(),
});

/** The guide's envelope around one type's `data`. */
function eventSchema<Type extends string, Data extends z.ZodType>(type: Type, data: Data) {
  return z.looseObject({
    event_type: z.literal(type),
    timestamp: z.iso.datetime({ offset: true }),
    source: z.string(),
    version: z.string().nullish(),
    data,
    metadata,
  });
}

/** Any event's envelope, whatever its type: what a type that nobody knows yet has to fit. */
export const anyEventSchema = z.looseObject({
  event_type: z.string().min(1),
  timestamp: z.iso.datetime({ offset: true }),
  source: z.string(),
  version: z.string().nullish(),
  data: z.looseObject({}),
  metadata,
});

/** A user's own schemas, by event type: each is the schema of that type's `data`. */
export type DataSchemas = Readonly<Record<string, z.ZodType>>;

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
  /** SpiderFoot's version. The shipped dialect does not tell it. */
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

/** The schemas of whole events, in the guide's envelope, by type. */
export const eventSchemas = mapSchemas(knownData);

/** The same for a user's own schemas of `data`. */
function mapSchemas<Schemas extends DataSchemas>(data: Schemas) {
  const entries = Object.entries(data).map(([type, schema]) => [type, eventSchema(type, schema)] as const);
  return Object.fromEntries(entries) as {
    readonly [Type in keyof Schemas & string]: ReturnType<typeof eventSchema<Type, Schemas[Type]>>;
  };
}

/** What a catalogue answers about event types, the user's own included. */
export interface Catalogue {
  /** The type's own name, for a name or an alias of it. Other names stay as they are. */
  canonical(type: string): string;
  /** The schema of a whole event of this type. */
  schema(type: string): z.ZodType;
  /** Whether a selector (a type, an alias, `<category>.*`, `all`) can ever match. */
  knows(selector: string): boolean;
  /** Whether a selector takes events of a type; both are given as {@link canonical} names. */
  covers(selector: string, type: string): boolean;
  /** Every selector there is, for a message that proposes one. */
  readonly selectors: readonly string[];
}

export function createCatalogue(own: DataSchemas): Catalogue {
  const schemas = new Map<string, z.ZodType>(Object.entries({ ...eventSchemas, ...mapSchemas(own) }));
  const canonicals = new Map<string, string>(Object.entries(aliases));
  // A user's schema for a name that is an alias makes that name a type of its own.
  for (const type of Object.keys(own)) canonicals.delete(type);

  const categories = new Map<string, Set<string>>();
  const addTo = (category: string, type: string) => {
    const types = categories.get(category) ?? new Set();
    categories.set(category, types.add(type));
  };
  for (const [group, types] of Object.entries(guideGroups)) for (const type of types) addTo(group, type);
  for (const type of schemas.keys()) if (prefixOf(type) !== undefined) addTo(prefixOf(type) ?? '', type);
  for (const [alias, type] of canonicals)
    if (prefixOf(alias) !== undefined) addTo(prefixOf(alias) ?? '', type);

  const selectors = [
    ...schemas.keys(),
    ...canonicals.keys(),
    ...[...categories.keys()].map((name) => `${name}.*`),
    'all',
  ];
  const known = new Set(selectors);

  return {
    canonical: (type) => canonicals.get(type) ?? type,
    schema: (type) => schemas.get(type) ?? anyEventSchema,
    knows: (selector) => known.has(selector),
    covers(selector, type) {
      if (selector === 'all' || selector === type) return true;
      if (!selector.endsWith('.*')) return false;
      const category = selector.slice(0, -2);
      return prefixOf(type) === category || categories.get(category)?.has(type) === true;
    },
    selectors,
  };
}

function prefixOf(type: string): string | undefined {
  const dot = type.indexOf('.');
  return dot > 0 ? type.slice(0, dot) : undefined;
}
