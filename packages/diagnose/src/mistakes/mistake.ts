import type { Json } from '../json/lossless-json.ts';

/** The kinds of mistakes. The documentation has a heading for each. */
export const kinds = {
  scheme: '/diagnose#other-signing-schemes',
  capture: '/diagnose#how-the-body-was-captured',
  json: '/diagnose#json-that-was-serialized-again',
  encoding: '/diagnose#text-encodings',
  shell: '/diagnose#shells-and-command-line-tools',
  secret: '/diagnose#the-secret',
  notation: '/diagnose#how-the-signature-is-written',
} as const;

/** A common mistake in signing or verifying. */
export interface Mistake {
  /** A stable name, which programs may match on. */
  readonly name: string;
  /** The part of signing that the mistake is in. */
  readonly kind: keyof typeof kinds;
  /** A description of the mistake, and how to fix it. */
  readonly fix: string;
  /** The path and heading in the documentation that describe mistakes of this kind. */
  readonly docs: string;
}

/** An entry of a table of mistakes. */
export interface Entry<Input, Value> extends Mistake {
  /** Yield the values that the other side may have because of the mistake. `undefined` is skipped. */
  readonly candidates: (input: Input) => Iterable<Value | undefined>;
}

export type Candidate = Buffer | string;
export type BodyMistake = Entry<BodyForms, Candidate>;
export type SecretMistake = Entry<string, Candidate>;

/** A received body in the forms in which mistakes are looked for. */
export interface BodyForms {
  readonly bytes: Buffer;
  readonly text: string;
  /** `undefined` if the text is not JSON. A byte order mark is ignored. */
  readonly json: Json | undefined;
}

/** A mistake without the values that follow from its table. */
export type Row<Input, Value> = Omit<Entry<Input, Value>, 'kind' | 'docs'>;

/** Create a table of mistakes of one kind. */
export function tableOf<Input, Value>(
  kind: Mistake['kind'],
  rows: readonly Row<Input, Value>[],
): readonly Entry<Input, Value>[] {
  return rows.map((row) => ({ ...row, kind, docs: kinds[kind] }));
}

/** Return a mistake without its candidates, as a diagnosis reports it. */
export function reported({ name, kind, fix, docs }: Mistake): Mistake {
  return { name, kind, fix, docs };
}
