import { type Json, parseLossless } from '../json/lossless-json.ts';
import type { BodyForms } from './mistake.ts';

/** The maximum length of a body that is parsed as JSON. A longer one would take seconds to serialize in every style. */
const longestJson = 2 ** 24;

/** Return the forms of a body. JSON is parsed when it is used for the first time. */
export function bodyForms(bytes: Buffer): BodyForms {
  const text = bytes.toString();
  let parsed: { readonly json: Json | undefined } | undefined;
  return {
    bytes,
    text,
    get json() {
      parsed ??= { json: text.length > longestJson ? undefined : parseLossless(text.replace(/^\ufeff/, '')) };
      return parsed.json;
    },
  };
}
