// Bun replaces the bare specifier `undici` with a shim without pools, timeouts and `close`.
import { Agent, type Dispatcher } from 'undici/index.js';
import { createPolicy } from '../attempts/policy.ts';
import { AttemptError, type FailureDetails, failureOf } from '../errors/failure.ts';
import { ForwardError } from '../errors/forward-error.ts';
import { rejectUnknown } from '../option-checks.ts';
import { redactedExcerpt } from '../text/redacted-excerpt.ts';
import { readTls } from '../tls-options.ts';
import { problemOf, readDestinations } from './destinations.ts';
import { lookupPublic } from './public-address.ts';
import { parseRetryAfter } from './retry-after-header.ts';
import { type TransportOptions, transportOptionNames } from './transport-options.ts';

/** A request to a target. */
export interface OutboundRequest {
  readonly url: URL;
  /** @default 'POST' */
  readonly method?: 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** The handler's signal. */
  readonly signal?: AbortSignal | undefined;
  /** The maximum number of bytes to read of the response body. @default 65536 */
  readonly maxAnswer?: number;
}

/** The response of a target that accepted a request. Its status is 2xx. */
export interface OutboundAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** The part of the body that was read, as text. */
  readonly body: string;
  /**
   * Whether the body was longer than `maxAnswer`, or the connection failed while reading it. The status is still valid.
   */
  readonly truncated: boolean;
}

/** Sends HTTP requests with a timeout, retries and a circuit breaker. Each origin has a pool of kept-alive connections. */
export interface Transport {
  /**
   * Send a request. Resolves only if the target responds with a 2xx status.
   * @throws ForwardError
   */
  send(request: OutboundRequest): Promise<OutboundAnswer>;
  /** Reject further requests, let running ones finish, and close the connections. */
  close(): Promise<void>;
}

/**
 * Create the transport of an HTTP forwarder.
 * @param target the name of the forwarder in errors and logs: `slack`
 * @param url the only URL, if it is known. Its host is then reported to the option `observe` at once
 * @throws ConfigurationError that names the option
 * @example
 * const transport = createTransport('pager', { retries: 1 });
 * const url = new URL('https://pager.example.com/alerts');
 * receiver.on('high_risk_event', async ({ data }, { signal }) => {
 *   await transport.send({ url, headers: {}, body: JSON.stringify(data), signal });
 * });
 */
export function createTransport(target: string, options: TransportOptions = {}, url?: URL): Transport {
  rejectUnknown(options, transportOptionNames);
  const { allowHttp: _http, allowedHosts: _hosts, allowPrivate: _private, tls, ...policyOptions } = options;
  const destinations = readDestinations(options);
  const policy = createPolicy(target, policyOptions, url?.origin);
  const agent = new Agent({
    connections: policy.settings.maxInFlight,
    // The policy's timeout already covers the complete attempt.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      ...readTls(tls),
      timeout: policy.settings.timeout,
      ...(!destinations.allowPrivate && { lookup: lookupPublic }),
    },
  });

  let closing: Promise<void> | undefined;

  return {
    async send(request) {
      const { url } = request;
      const problem = problemOf(url, destinations);
      if (problem !== undefined)
        throw new ForwardError(target, 0, { code: 'forbidden_address', detail: problem });
      return policy.run(url.origin, (signal) => exchange(agent, request, signal), request.signal);
    },
    close() {
      closing ??= policy.close().then(() => agent.close());
      return closing;
    },
  };
}

const defaultMaxAnswer = 65_536;

async function exchange(
  agent: Agent,
  { url, method = 'POST', headers, body, maxAnswer = defaultMaxAnswer }: OutboundRequest,
  signal: AbortSignal,
): Promise<OutboundAnswer> {
  const path = `${url.pathname}${url.search}`;
  const response = await agent
    .request({ origin: url.origin, path, method, headers, body, signal })
    .catch((error: unknown) => {
      throw new AttemptError(failureOfRequest(error));
    });
  const { statusCode: status } = response;
  const answer = await readAnswer(response.body, maxAnswer);
  if (status >= 200 && status < 300) return { status, headers: response.headers, ...answer };
  throw new AttemptError({
    ...failureOfStatus(status, response.headers),
    status,
    detail: redactedExcerpt(answer.body, { url, headers }),
  });
}

/** Read the beginning of a body. Errors in the rest are ignored, because the status has already arrived. */
async function readAnswer(
  body: Dispatcher.ResponseData['body'],
  maxBytes: number,
): Promise<Pick<OutboundAnswer, 'body' | 'truncated'>> {
  const chunks: Buffer[] = [];
  let size = 0;
  let truncated = false;
  try {
    // Leaving the loop destroys the body, and with it the connection.
    for await (const chunk of body) {
      const bytes: Buffer = chunk;
      chunks.push(bytes.subarray(0, maxBytes - size));
      size += bytes.length;
      truncated = size > maxBytes;
      if (truncated) break;
    }
  } catch {
    truncated = true;
  }
  return { body: Buffer.concat(chunks).toString('utf8'), truncated };
}

function failureOfStatus(status: number, headers: OutboundAnswer['headers']): FailureDetails {
  const retryAfter = parseRetryAfter(headers['retry-after']);
  if (status === 429) return { code: 'rate_limited', retryAfter };
  if (status === 408 || status >= 500) return { code: 'unavailable', retryAfter };
  return { code: status >= 300 && status < 400 ? 'redirected' : 'rejected' };
}

function failureOfRequest(error: unknown): FailureDetails {
  const failure = failureOf(error);
  return failure.detail === 'UND_ERR_CONNECT_TIMEOUT' ? { code: 'timeout' } : failure;
}
