/**
 * A map that holds so many entries and no more: the oldest goes first, so that a sender who never repeats itself
 * cannot fill the heap.
 */
export class BoundedMap<Key, Value> extends Map<Key, Value> {
  readonly #capacity: number;
  // Kept from call to call: a new iterator walks over every entry deleted since the last rehash, 5 µs a time.
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
