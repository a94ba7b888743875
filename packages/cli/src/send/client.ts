// Bun replaces the bare specifier `undici` with a shim without pools, timeouts and `close`.
import { Agent, request } from 'undici/index.js';
import { type ClientTlsFiles, readClientTls } from '../connection/client-tls.ts';
import { errorCodeOf } from '../connection/error-code.ts';
import { type Cause, causeOf } from '../connection/failure-cause.ts';
import { readBeginning } from '../connection/read-answer.ts';

/** The result of one attempt: an answer, or the reason why there was none. */
export type Attempt =
  | { readonly status: number; readonly body: string; readonly ms: number }
  | {
      /** The cause in one sentence. */
      readonly error: string;
      /** What to do about it. */
      readonly fix: string;
      readonly ms: number;
    };

/** Sends over connections that are kept. */
export interface Client {
  post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<Attempt>;
  close(): Promise<void>;
}

export interface ClientOptions extends ClientTlsFiles {
  /** Milliseconds for a whole try: a server that drips its answer is not waited for. */
  readonly timeout: number;
}

export async function createClient(options: ClientOptions): Promise<Client> {
  const { timeout } = options;
  const tls = await readClientTls(options);
  const causes = new Map<string, Promise<Cause>>();
  // Look for the cause only once if many requests fail with the same code.
  const findCause = (error: unknown, url: string) => {
    const key = errorCodeOf(error) ?? String(error);
    const cause = causes.get(key) ?? causeOf(error, { url: new URL(url), tls, timeout });
    causes.set(key, cause);
    return cause;
  };
  const agent = new Agent({
    // The time of the whole try is what ends it.
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
