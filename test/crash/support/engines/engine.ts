import type { RequiredServer } from '../../../support/servers/describe-with-server.ts';

type EngineName = 'sqlite' | 'postgres' | 'bullmq';

/** A delivery in a store. */
export interface Row {
  readonly id: string;
  /** The hash of its body. */
  readonly hash: string;
  readonly state: string;
  readonly failures: number;
}

/** All deliveries of a store. They are read without the kit. */
export interface Stored {
  readonly rows: readonly Row[];
  /** `ok` if the engine finds no fault in its data. */
  readonly integrity: unknown;
}

/** Watches a store while receivers use it. */
interface Watch {
  /** Whether no delivery is queued or running. */
  isDrained(): Promise<boolean>;
  close(): Promise<void>;
}

/** A place for the deliveries of one test: a file, a database, or a Redis. */
export interface Place {
  /** The path or the URL that the receiver program opens. */
  readonly location: string;
  read(): Promise<Stored>;
  watch(): Promise<Watch>;
}

/** A server that several receivers share. */
export interface EngineServer {
  readonly port: number;
  /**
   * Create an empty place.
   * @param port the port of a proxy in front of the server, for the receivers
   */
  newPlace(port?: number): Promise<Place>;
  /** Kill all processes of the server with SIGKILL. Its data remain. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Stop all processes of the server with SIGSTOP. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** A standby server that can replace the server. */
export interface Standby extends EngineServer {
  /** Accept writes from now on. */
  promote(): Promise<void>;
}

/** An engine that several machines can share. */
export interface SharedEngine {
  readonly name: EngineName;
  readonly required: RequiredServer;
  /** @param folder the folder for its data, which the server's user can read */
  start(folder?: string): Promise<EngineServer>;
  /**
   * Start a standby, which replicates through a proxy.
   * @param isAwaited whether a delivery is acknowledged only when the standby has it
   */
  startStandby(server: EngineServer, proxyPort: number, isAwaited: boolean): Promise<Standby>;
}
