/** Options of a forwarder that fails after one attempt to a server on loopback. */
export const noRetries = { allowHttp: true, retries: 0, breaker: false } as const;
