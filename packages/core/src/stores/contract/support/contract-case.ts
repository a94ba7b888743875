import type { StoreCapability } from '../../delivery-store.ts';
import { type ContractStoreOptions, createFixture, type Fixture, type OpenStore } from './fixture.ts';

/** One rule that a store must follow. */
export interface ContractCase {
  /** A sentence for the name of the test. */
  readonly name: string;
  /** The reason why the case does not apply to this store, for example `not durable`. `run` then does nothing. */
  readonly skipped: string | undefined;
  /** Throws if the store breaks the rule. */
  run(): Promise<void>;
}

/** The features of a store beyond the rules that all stores follow. */
export interface ContractTraits {
  /**
   * Whether deliveries are kept when the store is closed and its place is opened again.
   * @default false
   */
  readonly durable?: boolean | undefined;
  /**
   * Whether several stores can have the same place open at once, as several processes do.
   * @default false
   */
  readonly shared?: boolean | undefined;
  /**
   * Whether the store has the method `import`.
   * @default false
   */
  readonly imports?: boolean | undefined;
  /**
   * Begin attempts at the due deliveries, and end their process before the attempts are settled. Without this, the cases
   * about lost processes are skipped.
   * @param place the place of the store. Only if the store is `shared`, this process may have it open as well
   * @param options the options for the process that ends
   */
  readonly loseProcess?: ((place: string, options: ContractStoreOptions) => Promise<void>) | undefined;
}

/** The traits of a store for `storeContract`. */
export interface StoreTraits extends ContractTraits {
  /**
   * The capabilities that the store lacks. Cases that need them are skipped.
   * @default []: the store has all capabilities
   */
  readonly lacks?: readonly StoreCapability[] | undefined;
}

/** A case, before it is bound to a store. */
export interface CaseDefinition<Store extends object> {
  readonly name: string;
  /** The traits without which the case does not apply. */
  readonly needs?: readonly (keyof ContractTraits)[];
  /** The capabilities without which the case does not apply. */
  readonly uses?: readonly StoreCapability[];
  run(fixture: Fixture<Store>): Promise<void>;
}

const missing: Readonly<Record<keyof ContractTraits, string>> = {
  durable: 'not durable',
  shared: 'not shared by processes',
  imports: 'no import()',
  loseProcess: 'no loseProcess() given',
};

/** Bind cases to a store. */
export function bindCases<Store extends object>(
  definitions: readonly CaseDefinition<Store>[],
  open: OpenStore<Store>,
  { lacks = [], ...traits }: StoreTraits,
): readonly ContractCase[] {
  return definitions.map(({ name, needs = [], uses = [], run }) => {
    const lacking = needs.find((need) => !traits[need]);
    if (lacking !== undefined) {
      return skippedCase(name, missing[lacking]);
    }
    const unsupported = uses.find((capability) => lacks.includes(capability));
    if (unsupported !== undefined) return skippedCase(name, `no capability "${unsupported}"`);
    return {
      name,
      skipped: undefined,
      async run() {
        const fixture = createFixture(open, traits.loseProcess);
        try {
          await run(fixture);
        } finally {
          await fixture.end();
        }
      },
    };
  });
}

/** Create a case that does nothing. Its name says that it is skipped, so that every test framework shows it. */
function skippedCase(name: string, reason: string): ContractCase {
  return { name: `${name} (skipped: ${reason})`, skipped: reason, run: async () => {} };
}
