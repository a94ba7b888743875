import * as z from 'zod';

/**
 * Fields that several types share. Python writes `None` as `null` and omits unknown values, so every field can be null or
 * missing. If it has a value, the value has the documented type.
 */

export const text = () => z.string().nullish();
export const number = () => z.number().nullish();
/** Written by `json.dumps(…, default=str)`: epoch seconds, or a date as text. */
export const time = () => z.union([z.number(), z.string()]).nullish();

/** The fields of every event about a scan. */
export const scanFields = { scan_id: text(), target: text() };

/** A type whose fields SpiderFoot does not document. */
export const anyObject = z.looseObject({});
