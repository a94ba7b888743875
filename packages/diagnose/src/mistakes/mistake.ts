/** A common mistake in signing or verifying. */
export interface Mistake {
  /** A stable name, which programs may match on. */
  readonly name: string;
  /** A description of the mistake, and how to fix it. */
  readonly fix: string;
}

/** A mistake, and the body or secret that the other side has because of it. */
export interface Guess<Value> {
  readonly mistake: Mistake;
  readonly value: Value;
}
