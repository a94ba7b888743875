/**
 * The rules that every store follows, as cases for any test framework. Each case throws if the store breaks its rule.
 * The name of a case that does not apply to the store says that the case is skipped.
 * @packageDocumentation
 */
export { logContract } from './log-contract.ts';
export { queueContract } from './queue-contract.ts';
export { type ContractStore, storeContract } from './store-contract.ts';
export type { ContractCase, ContractTraits, StoreTraits } from './support/contract-case.ts';
export type { ContractStoreOptions, OpenStore } from './support/fixture.ts';
