/** The input of a diagnosis. */
export interface Evidence {
  /** The secret of the receiver. */
  readonly secret: string;
  /**
   * Secrets that were used before the current one.
   * @default []
   */
  readonly previousSecrets?: readonly string[];
  /** The body as it was received, byte for byte. */
  readonly body: Uint8Array;
  /** The value of the signature header. Empty if the request has none. */
  readonly signature: string;
  /**
   * The other headers of the same request, by name. Each may contain the right signature.
   * @default {}
   */
  readonly otherHeaders?: Readonly<Record<string, string>>;
}
