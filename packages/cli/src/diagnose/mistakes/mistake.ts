/** Something that people get wrong about signatures. */
export interface Mistake {
  /** Stable: programs may match on it. */
  readonly name: string;
  /** What happened, and how to mend it. */
  readonly fix: string;
}

/** A mistake, and what the other side has in place of what is here. */
export interface Guess<Value> {
  readonly mistake: Mistake;
  readonly value: Value;
}
