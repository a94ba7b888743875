import * as z from 'zod';
import { guideData } from './guide.ts';
import { shippedData } from './shipped.ts';

/** The schemas of `data`, by the type's name: the guide's fifteen and the dotted types without a twin. */
export const knownData = { ...guideData, ...shippedData };

/** The guide's `metadata`. */
export const metadata = z.looseObject({
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

/**
 * Any event's envelope, whatever its type, as `parseEvent` returns it: what a type that nobody knows yet is brought into,
 * with `{ value }` for `data` that is no object.
 */
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

/** The schemas of whole events, by type, in the guide's envelope as `parseEvent` returns it: all of its parts are there. */
export const eventSchemas = mapSchemas(knownData);

/** The same for a user's own schemas of `data`. */
export function mapSchemas<Schemas extends DataSchemas>(data: Schemas) {
  const entries = Object.entries(data).map(([type, schema]) => [type, eventSchema(type, schema)] as const);
  return Object.fromEntries(entries) as {
    readonly [Type in keyof Schemas & string]: ReturnType<typeof eventSchema<Type, Schemas[Type]>>;
  };
}
