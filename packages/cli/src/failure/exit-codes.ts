/** Ends each help. */
export const exitCodes = `Exit codes:
  0  done, and as expected
  1  failed, or not as expected
  2  wrong usage`;
