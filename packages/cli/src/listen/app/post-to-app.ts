// Bun replaces the bare specifier `undici` with a shim without pools, timeouts and `close`.
import { Agent, request } from 'undici/index.js';
import { errorCodeOf } from '../../connection/error-code.ts';
import { type AppAnswer, answerWithoutApp, problemOfStatus } from './app-answer.ts';
import { endToEndHeaders } from './end-to-end-headers.ts';
import { shownUrl } from './shown-url.ts';
import { unreachableHint } from './unreachable-hint.ts';

/** A webhook to send to the app. */
export interface AppRequest {
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: Uint8Array;
}

/** The app of `--forward-to`. */
export interface App {
  /** Send a webhook. Never rejects. */
  post(webhook: AppRequest): Promise<AppAnswer>;
  close(): Promise<void>;
}

/** The maximum size of a response that is returned to the sender, in bytes. A longer body is omitted. */
const longestBody = 1_048_576;

/**
 * Connect to the app at a URL. Redirects are not followed.
 * @param timeout the time limit of a complete answer, in milliseconds
 */
export function connectApp(url: string, timeout: number): App {
  // `timeout` limits the complete attempt instead.
  const agent = new Agent({ headersTimeout: 0, bodyTimeout: 0, connect: { timeout } });
  return {
    async post({ headers, body }) {
      const start = performance.now();
      const elapsed = () => performance.now() - start;
      try {
        const signal = AbortSignal.timeout(timeout);
        const answer = await request(url, {
          dispatcher: agent,
          method: 'POST',
          headers: endToEndHeaders(headers),
          body,
          signal,
        });
        const { statusCode: status } = answer;
        const answerHeaders = Object.entries(answer.headers).flatMap(([name, value = []]) =>
          [value].flat().flatMap((each) => [name, each]),
        );
        const location = [answer.headers.location ?? []].flat()[0];
        return {
          status,
          headers: endToEndHeaders(answerHeaders),
          body: await readUpTo(longestBody, answer.body),
          problem: problemOfStatus(
            status,
            location !== undefined && URL.canParse(location, url)
              ? shownUrl(new URL(location, url))
              : undefined,
          ),
          ms: elapsed(),
        };
      } catch (error) {
        const ms = elapsed();
        if (ms >= timeout || isTimeout(error)) {
          const hint = `The app did not respond within ${timeout / 1000} s. Respond before you process the event, or increase --forward-timeout. The sender gets 504 and sends the event again.`;
          return answerWithoutApp({ code: 'app_timeout', hint }, ms);
        }
        const hint = await unreachableHint(error, new URL(url), timeout);
        return answerWithoutApp({ code: 'app_unreachable', hint }, ms);
      }
    },
    close: () => agent.destroy(),
  };
}

/** A timer may fire a fraction of a millisecond early. */
function isTimeout(error: unknown): boolean {
  return (
    errorCodeOf(error) === 'UND_ERR_CONNECT_TIMEOUT' ||
    (error instanceof Error && error.name === 'TimeoutError')
  );
}

/** Read a body. @returns no bytes if it is larger than the limit */
async function readUpTo(limit: number, source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of source) {
    length += chunk.byteLength;
    if (length > limit) return new Uint8Array();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
