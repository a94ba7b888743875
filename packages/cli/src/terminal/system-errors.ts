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
  ECONNREFUSED: () => 'Nothing listens there.',
  ECONNRESET: () => 'The connection was closed before an answer came.',
  EPIPE: () => 'The connection was closed before all was sent.',
  EHOSTUNREACH: () => 'There is no way to that host.',
  ENETUNREACH: () => 'There is no way to that network.',
  ETIMEDOUT: () => 'The host does not answer.',
  ENOTFOUND: ({ message }) => `No host of that name is known (${message}).`,
  EAI_AGAIN: () => "The host's name cannot be looked up now.",
  UND_ERR_CONNECT_TIMEOUT: () => 'No connection came about within the time.',
  UND_ERR_SOCKET: ({ message }) => `The connection was closed before an answer came (${message}).`,
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  CERT_HAS_EXPIRED: () => "The server's certificate has expired.",
  ERR_TLS_CERT_ALTNAME_INVALID: ({ message }) => `The server's certificate is for another name (${message}).`,
};

function untrusted(): string {
  return "The server's certificate is signed by nobody known here: --ca names the file of who signed it.";
}

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
