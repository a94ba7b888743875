import { type PolicyOptions, policyOptionNames } from '../attempts/policy-options.ts';
import type { TlsOptions } from '../tls-options.ts';

/** The options of every HTTP forwarder. */
export interface TransportOptions extends PolicyOptions {
  /** Allow `http:` URLs. **Others on the network can then read events and credentials.** @default false */
  readonly allowHttp?: boolean;
  /**
   * The allowed hosts, as in a URL: `siem.example.com`, `siem.example.com:8088`. Required if `url` is a function of the
   * event.
   * @default any host
   */
  readonly allowedHosts?: readonly string[];
  /**
   * Whether a host may have an address that is not public: loopback, private, or link-local, such as the metadata service
   * of a cloud. The address is checked when the socket connects, so a DNS server cannot return another address later.
   * @default true, or false if `url` is a function of the event
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
