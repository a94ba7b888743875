// Bun replaces the bare specifier `undici` with a shim without pools, timeouts and `close`.
import { Agent, request } from 'undici/index.js';
import { type ClientTlsFiles, readClientTls } from '../connection/client-tls.ts';
import { errorCodeOf } from '../connection/error-code.ts';
import { type Cause, causeOf } from '../connection/failure-cause.ts';
import { readBeginning } from '../connection/read-answer.ts';

/** The result of one attempt: a response, or the reason why there was none. */
export type Attempt =
  | { readonly status: number; readonly body: string; readonly ms: number }
  | {
      /** The cause in one sentence. */
      readonly error: string;
      /** How to fix the problem. */
      readonly fix: string;
      readonly ms: number;
    };

/** An HTTP client that keeps its connections open. */
export interface Client {
  post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<Attempt>;
  close(): Promise<void>;
}

export interface ClientOptions extends ClientTlsFiles {
  /** The time limit of a complete attempt, in milliseconds, even if the server sends its response byte by byte. */
  readonly timeout: number;
}

export async function createClient(options: ClientOptions): Promise<Client> {
  const { timeout } = options;
  const tls = await readClientTls(options);
  const causes = new Map<string, Promise<Cause>>();
  // If many requests fail with the same code, find the cause only once.
  const findCause = (error: unknown, url: string) => {
    const key = errorCodeOf(error) ?? String(error);
    const cause = causes.get(key) ?? causeOf(error, { url: new URL(url), tls, timeout });
    causes.set(key, cause);
    return cause;
  };
  const agent = new Agent({
    // `timeout` limits the complete attempt instead.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      timeout,
      ...tls,
    },
  });
  return {
    async post(url, headers, body) {
      const start = performance.now();
      const elapsed = () => performance.now() - start;
      try {
        const signal = AbortSignal.timeout(timeout);
        const answer = await request(url, { dispatcher: agent, method: 'POST', headers, body, signal });
        const text = await readBeginning(answer.body);
        return { status: answer.statusCode, body: text, ms: elapsed() };
      } catch (error) {
        const ms = elapsed();
        const { seen, fix } = await findCause(error, url);
        return { error: seen, fix, ms };
      }
    },
    close: () => agent.destroy(),
  };
}
