/** An error of the operating system, in sentences. */
interface SystemFailure {
  readonly message: string;
  /** The next step. */
  readonly hint: string;
}

type Explain = (error: NodeJS.ErrnoException) => SystemFailure;

const checkPath = 'Check the path, and the folder in which you run the command.';

const permissionDenied: Explain = ({ path, syscall }) =>
  syscall === 'listen'
    ? {
        message: 'Permission denied: ports below 1024 require elevated privileges.',
        hint: 'Use a port of at least 1024, or run the command with these privileges.',
      }
    : {
        message: `Permission denied: ${path ?? 'the operation is not allowed'}.`,
        hint: 'Check the permissions and the owner, or use another path.',
      };

/** Explanations by code. */
const explanations: Readonly<Record<string, Explain>> = {
  ENOENT: ({ path }) => ({ message: `${path ?? 'The file'} does not exist.`, hint: checkPath }),
  EACCES: permissionDenied,
  EPERM: permissionDenied,
  EISDIR: ({ path }) => ({ message: `${path ?? 'The path'} is a folder.`, hint: 'Pass the path of a file.' }),
  ENOTDIR: ({ path }) => ({ message: `${path ?? 'The path'} is not a folder.`, hint: checkPath }),
  EEXIST: ({ path }) => ({
    message: `${path ?? 'The path'} already exists.`,
    hint: 'Use another path, or move the existing file away.',
  }),
  ENOSPC: () => ({ message: 'The disk is full.', hint: 'Free some space, or use another disk.' }),
  EADDRINUSE: (error) => ({
    message: `Another program is already listening on ${addressOf(error)}.`,
    hint: 'Stop that program, or use another port.',
  }),
  EADDRNOTAVAIL: (error) => ({
    message: `This machine has no address ${addressOf(error)}.`,
    hint: 'Use an address of this machine: 127.0.0.1, or 0.0.0.0 for all addresses.',
  }),
  EPIPE: () => ({
    message: 'The connection was closed before all data was sent.',
    hint: 'See the log of the other program, then run the command again.',
  }),
};

function isSystemError(error: unknown): error is NodeJS.ErrnoException & { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}

/** Explain an error of the operating system. @returns `undefined` for any other error */
export function systemFailure(error: unknown): SystemFailure | undefined {
  if (!isSystemError(error)) return undefined;
  return Object.hasOwn(explanations, error.code) ? explanations[error.code]?.(error) : undefined;
}

function addressOf(error: object): string {
  const address = 'address' in error ? [error.address] : [];
  const port = 'port' in error ? [error.port] : [];
  return [...address, ...port].join(':') || 'that address';
}
