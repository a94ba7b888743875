/** Node's timers turn anything longer into 1 ms. */
export const mostAmount = 2_147_483_647;

/** Whether an option's number of bytes, milliseconds, seconds or deliveries can be used. */
export function isAmount(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= mostAmount;
}
