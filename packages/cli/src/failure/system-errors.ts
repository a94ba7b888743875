/** Sentences for errors of the operating system, by code. */
const sentences: Readonly<Record<string, (error: NodeJS.ErrnoException) => string>> = {
  ENOENT: ({ path }) => `${path ?? 'The file'} does not exist.`,
  EACCES: ({ path, syscall }) =>
    syscall === 'listen'
      ? 'Permission denied: ports below 1024 require elevated privileges.'
      : `Permission denied: ${path ?? 'the operation is not allowed'}.`,
  EPERM: ({ path }) => `Permission denied: ${path ?? 'the operation is not allowed'}.`,
  EISDIR: ({ path }) => `${path ?? 'This'} is a folder.`,
  ENOTDIR: ({ path }) => `${path ?? 'This'} is not a folder.`,
  EEXIST: ({ path }) => `${path ?? 'This'} already exists.`,
  ENOSPC: () => 'The disk is full.',
  EADDRINUSE: (error) => `Another program is already listening on ${addressOf(error)}.`,
  EADDRNOTAVAIL: (error) => `This machine has no address ${addressOf(error)}.`,
  EPIPE: () => 'The connection was closed before all data was sent.',
};

function isSystemError(error: unknown): error is NodeJS.ErrnoException & { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

/** Return a sentence for an error of the operating system, or `undefined` for any other error. */
export function systemSentence(error: unknown): string | undefined {
  if (!isSystemError(error)) return undefined;
  return Object.hasOwn(sentences, error.code) ? sentences[error.code]?.(error) : undefined;
}

function addressOf(error: object): string {
  const address = 'address' in error ? [error.address] : [];
  const port = 'port' in error ? [error.port] : [];
  return [...address, ...port].join(':') || 'that address';
}
