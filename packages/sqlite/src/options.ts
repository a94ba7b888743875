import type { DurableStoreOptions, StoreLogger } from '@spiderfoot-webhooks/core/stores';

/** The options of {@link openStore}. An unknown option or an invalid value is a `ConfigurationError`. */
export interface StoreOptions extends DurableStoreOptions {
  /**
   * Open only an existing file. A file that is missing, is empty or has no table `webhook_logs` is an error, and is not
   * changed. If another process has a file of an older version open, `openStore` throws a `FileInUseError`, and does not
   * migrate the file.
   * @default false: a missing file is created
   */
  readonly mustExist?: boolean;
  /**
   * Open the file for reading only. Neither the file nor its journals are written, so read permission is enough. A receiver
   * can use the file at the same time. A file of an older version cannot be opened with this option.
   *
   * The store lacks the capabilities `replay` and `prune`. It cannot be the `log` or `queue` of a receiver: its methods
   * that write fail with a `StoreError`.
   * @default false
   */
  readonly readOnly?: boolean;
  /**
   * The logger of the store. `error` gets failures in the background, and dead letters whose receiver has no logger. `warn`
   * gets a warning if this process opens the file twice. If the logger has no `warn`, Node prints a process warning.
   * @default undefined: nothing is logged, except for the process warning
   */
  readonly logger?: StoreLogger;
}
