import { endpointTaken } from './stores/endpoint.ts';

/** The receiver that has each endpoint of a store in this process. */
const ownersByStore = new WeakMap<object, Map<string, object>>();

/**
 * Reserves an endpoint of a store for one receiver, without starting anything there.
 * @throws ConfigurationError if another receiver of this process has it
 */
export function claimEndpoint(store: object, endpoint: string, owner: object): void {
  const owners = ownersByStore.get(store) ?? new Map<string, object>();
  ownersByStore.set(store, owners);
  const known = owners.get(endpoint);
  if (known !== undefined && known !== owner) throw endpointTaken(endpoint);
  owners.set(endpoint, owner);
}

export function releaseEndpoint(store: object, endpoint: string, owner: object): void {
  const owners = ownersByStore.get(store);
  if (owners?.get(endpoint) === owner) owners.delete(endpoint);
}
