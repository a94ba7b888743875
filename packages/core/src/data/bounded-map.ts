/**
 * A map with a maximum number of entries. When it is full, the oldest entry is deleted, so that a sender that never repeats
 * itself cannot fill the heap.
 */
export class BoundedMap<Key, Value> extends Map<Key, Value> {
  readonly #capacity: number;
  // The iterator is reused, because a new one visits every entry that was deleted since the last rehash, which takes 5 µs.
  readonly #oldest = this.keys();

  constructor(capacity: number) {
    super();
    this.#capacity = capacity;
  }

  override set(key: Key, value: Value): this {
    super.set(key, value);
    if (this.size > this.#capacity) {
      const oldest = this.#oldest.next();
      if (!oldest.done) this.delete(oldest.value);
    }
    return this;
  }
}
