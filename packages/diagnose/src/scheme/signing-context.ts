import type { Json } from '../json/lossless-json.ts';

/** The facts from which other schemes build the text that they sign. */
export interface SigningContext {
  readonly signature: string;
  /** The other headers, by lowercase name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly json: Json | undefined;
  /** The length of the body in bytes. */
  readonly size: number;
}

/** The texts before and after the body. */
export type Around = readonly [before: string, after: string];

/** A time, as schemes write it. */
export const timestamp =
  /^(?:\d{10}(?:\d{3})?(?:\.\d+)?|\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d)?|\w{3}, \d\d \w{3} \d{4} [\d:]+ GMT)$/;
