/** A logger with the call signature of pino, which most other loggers share. */
export interface Logger {
  debug(details: object, message: string): void;
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

const ignore = () => {};

/** The receiver's logger if the option `logger` is not set. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
