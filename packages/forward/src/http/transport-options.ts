import { type PolicyOptions, policyOptionNames } from '../attempts/policy-options.ts';
import type { TlsOptions } from '../tls-options.ts';

/** The options of every HTTP forwarder. */
export interface TransportOptions extends PolicyOptions {
  /** Allow `http:` URLs. **Others on the network can then read events and credentials.** @default false */
  readonly allowHttp?: boolean;
  /**
   * The hosts that may be sent to, as in a URL: `siem.example.com`, `siem.example.com:8088`. Required if a URL is made
   * from an event.
   * @default any host
   */
  readonly allowedHosts?: readonly string[];
  /**
   * Whether a host may have an address that is not public: loopback, private, or link-local (the metadata service of a
   * cloud). The address is checked when connecting, so a DNS server cannot return another one later.
   * @default true, or false if a URL is made from an event
   */
  readonly allowPrivate?: boolean;
  readonly tls?: TlsOptions;
}

/** The names of the options that every HTTP forwarder passes to its transport. */
export const transportOptionNames = [
  ...policyOptionNames,
  'allowHttp',
  'allowedHosts',
  'allowPrivate',
  'tls',
] as const satisfies readonly (keyof TransportOptions)[];
