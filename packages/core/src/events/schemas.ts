import * as z from 'zod';
import { definitions } from './definitions/index.ts';

type Definitions = typeof definitions;
type KnownSchemas = { readonly [Type in keyof Definitions]: Definitions[Type]['schema'] };

/** The schemas of the known types' `data`. */
const knownSchemas = Object.fromEntries(
  Object.entries(definitions).map(([type, { schema }]) => [type, schema]),
) as KnownSchemas;

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
 * The envelope of an event of any type, as `parseEvent` returns it. An event of an unknown type is fitted into it: if
 * its `data` is not an object, it becomes `{ value }`.
 */
export const anyEventSchema = z.looseObject({
  event_type: z.string().min(1),
  timestamp: z.iso.datetime({ offset: true }),
  source: z.string(),
  version: z.string().nullish(),
  data: z.looseObject({}),
  metadata,
});

/** A user's own schemas of `data`, by event type. */
export type DataSchemas = Readonly<Record<string, z.ZodType>>;

/** The schemas of complete events, by type: the guide's envelope as `parseEvent` returns it, with all of its fields. */
export const eventSchemas = mapSchemas(knownSchemas);

/** Create the schemas of complete events from schemas of `data`. */
export function mapSchemas<Schemas extends DataSchemas>(data: Schemas) {
  const entries = Object.entries(data).map(([type, schema]) => [type, eventSchema(type, schema)] as const);
  return Object.fromEntries(entries) as {
    readonly [Type in keyof Schemas & string]: ReturnType<typeof eventSchema<Type, Schemas[Type]>>;
  };
}
