/** The last section of each command's help. */
export const exitCodes = `Exit codes:
  0  success
  1  failure, or an unexpected result
  2  usage error`;
