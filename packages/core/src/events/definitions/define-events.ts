import type * as z from 'zod';
import type { Severity } from '../severity-levels.ts';

/** The definition of an event type. Its sample is in `testing/samples.ts`, because only tests load samples. */
interface EventDefinition<Category extends string> {
  /** The schema of the event's `data`. */
  readonly schema: z.ZodType;
  /** `on('<category>.*')` matches the type. The category of a dotted type is its prefix. */
  readonly category: Category;
  /**
   * Other names that SpiderFoot's senders use for the type. Handlers get these events under the canonical type. An alias
   * with a dot adds the type to the category of that prefix.
   */
  readonly aliases?: readonly string[];
  /** The severity of the type if the event does not state one. */
  readonly severity: Severity;
}

type CategoryOf<Type> = Type extends `${infer Prefix}.${string}` ? Prefix : string;

/** Define event types by name. The compiler checks each definition and keeps its literal types. */
export function defineEvents<
  const Definitions extends {
    readonly [Type in keyof Definitions]: EventDefinition<CategoryOf<Type>>;
  },
>(definitions: Definitions): Definitions {
  return definitions;
}
