import type { ContractStoreOptions, ContractTraits } from '@spiderfoot-webhooks/core/stores/contract';
import { logContract, queueContract, storeContract } from '@spiderfoot-webhooks/core/stores/contract';
import { it } from 'vitest';
import { openStore } from '../src/index.ts';
import { describeWithPostgres, useServer } from './support/database.ts';
import { loseStore } from './support/processes.ts';

const database = useServer({ settings: { fsync: 'on' } });

const schemaOf = (place: string) => place.replaceAll('-', '_');
const logger = { error: () => {}, warn: () => {} };

const open = (place: string, options: ContractStoreOptions) =>
  openStore(database.connectionString, { ...options, logger, schema: schemaOf(place) });

const loseProcess = (place: string, options: ContractStoreOptions) =>
  loseStore({ connection: database.connectionString, options: { ...options, schema: schemaOf(place) } });

const traits: ContractTraits = { durable: true, shared: true, imports: true, loseProcess };

describeWithPostgres('The log of a PostgreSQL schema', () => {
  for (const { name, run } of logContract(open, traits)) it(name, run);
});

describeWithPostgres('The queue of a PostgreSQL schema', () => {
  for (const { name, run } of queueContract(open, traits)) it(name, run);
});

describeWithPostgres('The store of a PostgreSQL schema', () => {
  for (const { name, run } of storeContract(open, traits)) it(name, run);
});
