/**
 * The rules that every store follows, as cases for any test framework: each case throws if the store breaks its rule.
 * A case that does not apply to the store says so in its name.
 */
export type { ContractCase, ContractTraits } from './contract-case.ts';
export type { ContractStoreOptions, OpenStore } from './fixture.ts';
export { logContract } from './log-contract.ts';
export { queueContract } from './queue-contract.ts';
