import type { IncomingMessage } from 'node:http';
import type { Outcome, RejectionCode } from '@spiderfoot-webhooks/core';
import { spiderfootHeaders } from '@spiderfoot-webhooks/core/adapter';
import { invocation, shellWord } from '../../terminal/invocation.ts';
import type { EndpointPlan } from '../endpoints/config-file.ts';
import { hintFor } from '../report/rejection-hints.ts';
import type { AnsweredRequest } from '../server/webhook-route.ts';
import type { Diagnoser, SignatureDiagnosis } from './diagnoser.ts';
import type { RejectedFiles } from './rejected-files.ts';

/** Explains rejected requests: diagnoses their signatures, and saves them. */
export interface Explainer {
  /** Return whether to read the body of a request that was rejected because of its headers. */
  needsBody(outcome: Outcome, req: IncomingMessage): boolean;
  /** Return whether a request can be explained. */
  explains(request: AnsweredRequest): boolean;
  /** Return the request with a better hint. Never rejects. */
  explain(request: AnsweredRequest): Promise<AnsweredRequest>;
  /** Wait for the requests that are being explained. */
  close(): Promise<void>;
}

/** The options of an explainer. */
export interface ExplainerOptions {
  readonly endpoints: readonly EndpointPlan[];
  readonly diagnoser: Diagnoser;
  /** `undefined` without `--save-rejected`. */
  readonly files: RejectedFiles | undefined;
  /** The arguments of `diagnose` that name the secret. */
  readonly secretArguments: string;
}

/** The number of bytes of the bodies that are diagnosed. */
const longestBody = 1_048_576;

const diagnosed: readonly RejectionCode[] = ['invalid_signature', 'missing_signature'];

/** Rejections of requests that say nothing about the request, or that a flood of requests causes. */
const notSaved: readonly RejectionCode[] = [
  'ip_not_allowed',
  'rate_limited',
  'shutting_down',
  'handler_failed',
  'receiver_failed',
  'unavailable',
  'in_progress',
];

export function createExplainer({
  endpoints,
  diagnoser,
  files,
  secretArguments,
}: ExplainerOptions): Explainer {
  const running = new Set<Promise<unknown>>();
  /** The last diagnosis of each endpoint, to shorten a repeated one. */
  const previous = new Map<string, string>();

  function secretsOf({ details }: AnsweredRequest): readonly string[] {
    const plan = endpoints.find(({ options }) => (options.endpoint ?? 'default') === details.endpoint);
    return [plan?.options.secret ?? []].flat().filter((secret) => typeof secret === 'string');
  }

  function headerNamesOf({ details }: AnsweredRequest): readonly string[] {
    const plan = endpoints.find(({ options }) => (options.endpoint ?? 'default') === details.endpoint);
    return [plan?.options.signatureHeader ?? spiderfootHeaders].flat().map((name) => name.toLowerCase());
  }

  async function diagnosisOf(request: AnsweredRequest): Promise<SignatureDiagnosis | undefined> {
    const [secret, ...previousSecrets] = secretsOf(request);
    const { outcome, body, req } = request;
    if (outcome.status !== 'rejected' || !diagnosed.includes(outcome.code)) return undefined;
    if (secret === undefined || body === undefined || body.byteLength > longestBody) return undefined;
    const headers = Object.fromEntries(
      Object.entries(req.headers).map(([name, value]) => [name, [value ?? ''].flat().join(', ')]),
    );
    const name = headerNamesOf(request).find((each) => headers[each] !== undefined) ?? '';
    const { [name]: signature = '', ...otherHeaders } = headers;
    return diagnoser.run({ secret, previousSecrets, body, signature, otherHeaders });
  }

  function diagnosisHint(
    { kind, text, mistakes }: SignatureDiagnosis,
    code: RejectionCode,
    endpoint: string,
  ): string | undefined {
    if (kind === 'unfinished' || kind === 'genuine') return undefined;
    // A request without a signature is only explained if another header contains the right one.
    if (kind !== 'explained' && code === 'missing_signature') return undefined;
    const names = mistakes.map(({ name }) => name).join(', ');
    const full = kind === 'explained' ? mistakes.map(({ name, fix }) => `${name}: ${fix}`).join(' ') : text;
    const isRepeated = previous.get(endpoint) === full;
    previous.set(endpoint, full);
    if (!isRepeated) return full;
    return `The same cause as before: ${names === '' ? 'no known mistake explains the signature' : names}.`;
  }

  async function savedOf(request: AnsweredRequest, code: RejectionCode): Promise<AnsweredRequest['saved']> {
    if (files === undefined || notSaved.includes(code)) return undefined;
    try {
      const saved = await files.save(request, code);
      if (saved === undefined) return undefined;
      const paths = `${shellWord(saved.body)} -H @${shellWord(saved.headers)}`;
      const command = `${invocation()} diagnose ${paths}${secretArguments}`;
      const note = saved.truncated ? ' Only the beginning of the body was saved.' : '';
      const text = diagnosed.includes(code) ? `To diagnose it: ${command}` : `Saved as ${paths}`;
      return { body: saved.body, note: `${text}${note}` };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return { body: undefined, note: `The request could not be saved: ${message}` };
    }
  }

  async function explained(request: AnsweredRequest): Promise<AnsweredRequest> {
    const { outcome, details } = request;
    if (outcome.status !== 'rejected') return request;
    const saved = await savedOf(request, outcome.code);
    const diagnosis = await diagnosisOf(request);
    const found = diagnosis && diagnosisHint(diagnosis, outcome.code, details.endpoint);
    return {
      ...request,
      outcome: { ...outcome, hint: found ?? hintFor(outcome) },
      diagnosis: found === undefined ? undefined : diagnosis,
      saved,
    };
  }

  const isDiagnosed = (outcome: Outcome) =>
    outcome.status === 'rejected' && diagnosed.includes(outcome.code) && diagnoser.isFree;
  const isSaved = (outcome: Outcome) =>
    outcome.status === 'rejected' && files !== undefined && !notSaved.includes(outcome.code);

  return {
    needsBody(outcome, req) {
      if (outcome.status !== 'rejected' || !diagnosed.includes(outcome.code)) return false;
      const length = Number(req.headers['content-length'] ?? Number.NaN);
      return length <= longestBody && (isDiagnosed(outcome) || isSaved(outcome));
    },
    explains: ({ outcome, body }) => body !== undefined && (isDiagnosed(outcome) || isSaved(outcome)),
    explain(request) {
      const explaining = explained(request);
      running.add(explaining);
      return explaining.finally(() => running.delete(explaining));
    },
    async close() {
      await diagnoser.close();
      await Promise.allSettled(running);
    },
  };
}
