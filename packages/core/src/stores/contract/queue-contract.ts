import type { DeliveryQueue } from '../delivery-queue.ts';
import { attemptCases } from './queue/attempts.ts';
import { closingCases } from './queue/closing.ts';
import { commitCases } from './queue/commits.ts';
import { deadLetterCases } from './queue/dead-letters.ts';
import { orderCases } from './queue/order.ts';
import { processCases } from './queue/processes.ts';
import { bindCases, type ContractCase, type ContractTraits } from './support/contract-case.ts';
import type { OpenStore } from './support/fixture.ts';

/**
 * The rules of a `DeliveryQueue`.
 * @example
 * const open = (place, options) => openMyStore(join(folder, place), options);
 * for (const { name, run } of queueContract(open, { durable: true })) it(name, run);
 */
export function queueContract(
  open: OpenStore<DeliveryQueue>,
  traits: ContractTraits = {},
): readonly ContractCase[] {
  return bindCases(
    [...attemptCases, ...deadLetterCases, ...orderCases, ...closingCases, ...processCases, ...commitCases],
    open,
    traits,
  );
}
