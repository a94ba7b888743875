// Bun replaces the bare name `undici` by a shim without pools, timeouts and `close`.
import { Agent, type Dispatcher, request } from 'undici/index.js';
import { type ClientTlsFiles, readClientTls } from '../terminal/client-tls.ts';
import { systemSentence } from '../terminal/system-errors.ts';

/** One try at a delivery: an answer, or why there was none. */
export type Attempt =
  | { readonly status: number; readonly body: string; readonly ms: number }
  | { readonly error: string; readonly ms: number };

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
  const agent = new Agent({
    // The time of the whole try is what ends it.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      timeout,
      ...(await readClientTls(options)),
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
        return { error: sentenceOf(error), ms: elapsed() };
      }
    },
    close: () => agent.destroy(),
  };
}

/** Bytes of an answer that are looked at. */
const longestAnswer = 65_536;

/** The server may be anybody's, and its answer endless. */
async function readBeginning(body: Dispatcher.ResponseData['body']): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body as AsyncIterable<Uint8Array>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= longestAnswer) break;
  }
  return Buffer.concat(chunks).subarray(0, longestAnswer).toString();
}

function sentenceOf(error: unknown): string {
  if (error instanceof Error && error.name === 'TimeoutError') return 'No whole answer came within the time.';
  return systemSentence(error) ?? (error instanceof Error ? error.message : String(error));
}
