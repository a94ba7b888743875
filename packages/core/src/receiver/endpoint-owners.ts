import { endpointTaken } from '../stores/rules/endpoint-taken.ts';

/** For each store, the receiver of this process that uses each endpoint. */
const ownersByStore = new WeakMap<object, Map<string, object>>();

/**
 * Reserve an endpoint of a store for one receiver, without starting its workers.
 * @throws ConfigurationError if another receiver of this process uses the endpoint
 */
export function reserveEndpoint(store: object, endpoint: string, owner: object): void {
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
