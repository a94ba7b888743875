/** What the operating system's words mean to a person, by their codes. */
const sentences: Readonly<Record<string, (error: NodeJS.ErrnoException) => string>> = {
  ENOENT: ({ path }) => `There is no ${path ?? 'such file'}.`,
  EACCES: ({ path, syscall }) =>
    syscall === 'listen' ? 'This port is not for everybody.' : `Not allowed to use ${path ?? 'this'}.`,
  EPERM: ({ path }) => `Not allowed to use ${path ?? 'this'}.`,
  EISDIR: ({ path }) => `${path ?? 'This'} is a folder.`,
  ENOTDIR: ({ path }) => `${path ?? 'This'} is no folder.`,
  EEXIST: ({ path }) => `${path ?? 'This'} is there already.`,
  ENOSPC: () => 'The disk is full.',
  EADDRINUSE: (error) => `Something else listens on ${addressOf(error)}.`,
  EADDRNOTAVAIL: (error) => `This machine has no address ${addressOf(error)}.`,
  EPIPE: () => 'The connection was closed before all was sent.',
};

function isSystemError(error: unknown): error is NodeJS.ErrnoException & { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

/** A sentence about an error of the operating system's; `undefined` of any other. */
export function systemSentence(error: unknown): string | undefined {
  if (!isSystemError(error)) return undefined;
  return Object.hasOwn(sentences, error.code) ? sentences[error.code]?.(error) : undefined;
}

function addressOf(error: object): string {
  const address = 'address' in error ? [error.address] : [];
  const port = 'port' in error ? [error.port] : [];
  return [...address, ...port].join(':') || 'that address';
}
