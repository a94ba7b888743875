/** Whether an error says that the store lacks a method, or a part of it. Its message names the alternative. */
export function isMissingCapability(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'missing_capability';
}
